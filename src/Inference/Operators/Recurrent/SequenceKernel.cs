using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Recurrent;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;

namespace Inference.Operators.Recurrent;

/// <summary>LSTM and GRU with their default activations, no clipping and prepacked weights, over whole sequences by the kernels. The store owns the weights.</summary>
internal sealed unsafe class SequenceKernel(CellOptions options, CellWeights w, CellWeights r, int steps, int batch, int inputs, int hidden) : Kernel
{
    // Multiply-adds of a direction, four times what a product is shared from: each direction then runs on a thread of its own, instead of sharing each of its products.
    internal const long MinParallelWork = 4 * GemmF32Driver.ParallelWork;

    private readonly int _directions = options.Directions;

    /// <summary>Whether the kernels compute what the attributes ask for.</summary>
    public static bool Fits(CellOptions options, long batch)
    {
        // With one row the two layouts are the same.
        if (options.Kind == CellKind.Rnn || options.Clip > 0 || options.InputForget || (options.BatchFirst && batch != 1))
        {
            return false;
        }

        for (int i = 0; i < options.Activations.Length; i++)
        {
            if (options.Activations[i].Form.Function != (i % options.PerDirection == 0 ? UnaryFunctions.Sigmoid : UnaryFunctions.Tanh))
            {
                return false;
            }
        }

        return true;
    }

    public override void Run(KernelContext context)
    {
        bool lstm = options.Kind == CellKind.Lstm;
        nint states = (nint)batch * hidden;
        nint width = (nint)hidden * (int)options.Kind;
        Tensor? bias = context.OptionalInput(3);
        Tensor? lengths = context.OptionalInput(4);
        Tensor? initialHidden = context.OptionalInput(5);
        Tensor? initialCell = lstm ? context.OptionalInput(6) : null;
        Tensor? peepholes = lstm ? context.OptionalInput(7) : null;
        Tensor? y = context.HasOutput(0) ? context.Output(0) : null;
        float* scratch = (float*)context.Scratch((2 * _directions * states * sizeof(float)) + ((long)batch * sizeof(int)));
        int* clamped = lengths is null ? null : (int*)(scratch + (2 * _directions * states));
        for (int b = 0; clamped != null && b < batch; b++)
        {
            clamped[b] = (int)Math.Clamp(Integers.At(lengths!, b), 0, steps);
        }

        var run = new Directions { Owner = this };
        for (int d = 0; d < _directions; d++)
        {
            float* inputBias = bias is null ? null : (float*)bias.Data + (d * 2 * width);
            var arguments = new RecurrentArguments
            {
                X = (float*)context.Input(0).Data,
                InputWeights = w.Main(d),
                HiddenWeights = r.Main(d),
                InputBias = inputBias,
                HiddenBias = bias is null ? null : inputBias + width,
                Peephole = peepholes is null ? null : (float*)peepholes.Data + (d * 3 * (nint)hidden),
                InitialHidden = initialHidden is null ? null : (float*)initialHidden.Data + (d * states),
                InitialCell = initialCell is null ? null : (float*)initialCell.Data + (d * states),
                Y = y is null ? null : (float*)y.Data + (d * states),
                YStepStride = _directions * states,
                LastHidden = context.HasOutput(1) ? (float*)context.Output(1).Data + (d * states) : scratch + (2 * d * states),
                LastCell = lstm && context.HasOutput(2) ? (float*)context.Output(2).Data + (d * states) : scratch + (((2 * d) + 1) * states),
                SequenceLengths = clamped,
                Steps = steps,
                Batch = batch,
                InputSize = inputs,
                HiddenSize = hidden,
                Reverse = d == 1 || options.Direction == CellDirection.Reverse,
                LinearBeforeReset = options.LinearBeforeReset,
            };
            (d == 0 ? ref run.First : ref run.Second) = arguments;
        }

        context.ThrowIfCancelled();
        bool apart = _directions == 2 && context.Threads > 1 && (long)steps * batch * width * (inputs + hidden) >= MinParallelWork;
        run.Threads = apart ? 1 : context.Threads;
        WorkerPool.Run(_directions, ref run, apart ? 2 : 1, longBlocks: true);
    }

    // The two directions depend on nothing of each other.
    private struct Directions : IBlockAction
    {
        public SequenceKernel Owner;
        public RecurrentArguments First;
        public RecurrentArguments Second;
        public int Threads;

        public void Invoke(int block)
        {
            ref RecurrentArguments arguments = ref Unsafe.AsRef(in First);
            if (block == 1)
            {
                arguments = ref Unsafe.AsRef(in Second);
            }

            Owner.RunDirection(in arguments, block, Threads);
        }
    }

    private void RunDirection(in RecurrentArguments arguments, int direction, int threads)
    {
        if (options.Kind == CellKind.Lstm)
        {
            LstmF32.Run(in arguments, threads);
        }
        else
        {
            GruF32.Run(in arguments, r.Last(direction), threads);
        }
    }
}
