using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Recurrent;

/// <summary>
/// LSTM: i, o, f = σ(gates), c' = f·c + i·tanh(gate c), h' = o·tanh(c'). The inputs of all steps go through one product, the
/// hidden state through one product a step. Thread-safe. Source: ONNX LSTM, opset 14.
/// </summary>
internal static unsafe class LstmF32
{
    internal static readonly RowKernel Cell = RowKernel.Of<CellBody>("lstm_f32_cell");

    /// <summary>Runs one direction.</summary>
    /// <param name="arguments">What to compute.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(in RecurrentArguments arguments, int maxThreads = 1)
    {
        RecurrentArguments a = arguments;
        a.Check();
        nint gates = 4 * (nint)a.HiddenSize;
        nint state = (nint)a.Batch * a.HiddenSize;
        using var bias = new AlignedScratch<float>(gates);
        using var products = new AlignedScratch<float>((nint)a.Steps * a.Batch * gates);
        SequenceParts.SumBiases(a.InputBias, a.HiddenBias, bias.Pointer, gates);
        GemmF32.Run(
            a.X, a.InputSize, a.InputWeights, products.Pointer, gates, (nint)a.Steps * a.Batch,
            new GemmEpilogue { Bias = bias.Pointer }, maxThreads);
        SequenceParts.CopyOrClear(a.InitialHidden, a.LastHidden, state);
        SequenceParts.CopyOrClear(a.InitialCell, a.LastCell, state);
        var accumulate = new GemmEpilogue { Accumulate = true };
        for (int step = 0; step < a.Steps; step++)
        {
            KernelControl.Poll();
            int t = a.Reverse ? a.Steps - 1 - step : step;
            float* g = products.Pointer + ((nint)t * a.Batch * gates);
            GemmF32.Run(a.LastHidden, a.HiddenSize, a.HiddenWeights, g, gates, a.Batch, in accumulate, maxThreads);
            var job = new Job
            {
                Gates = g,
                Peephole = a.Peephole,
                Cell = a.LastCell,
                Hidden = a.LastHidden,
                Y = a.Y == null ? null : a.Y + (t * a.YStepStride),
                HiddenSize = a.HiddenSize,
                Lengths = a.SequenceLengths,
                Step = t,
            };
            Cell.Run(&job, a.Batch, SequenceParts.CellWork * state, 1);
        }

        GC.KeepAlive(a.InputWeights);
        GC.KeepAlive(a.HiddenWeights);
    }

    internal struct Job
    {
        public float* Gates;
        public float* Peephole;
        public float* Cell;
        public float* Hidden;
        public float* Y;
        public nint HiddenSize;
        public int* Lengths;
        public int Step;
    }

    private readonly struct CellBody : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            nint n = job.HiddenSize;
            for (nint b = first; b < end; b++)
            {
                float* y = job.Y == null ? null : job.Y + (b * n);
                if (job.Lengths != null && job.Step >= job.Lengths[b])
                {
                    SequenceParts.CopyOrClear(null, y, y == null ? 0 : n);
                    continue;
                }

                nint j = 0;
                for (; j <= n - S.Lanes; j += S.Lanes)
                {
                    Element<S, V>(in job, b, j, y);
                }

                for (; j < n; j++)
                {
                    Element<Simd1, float>(in job, b, j, y);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Element<S, V>(in Job job, nint b, nint j, float* y)
            where S : struct, ISimd<V>
            where V : struct
        {
            nint n = job.HiddenSize;
            float* g = job.Gates + (4 * b * n) + j;
            float* p = job.Peephole;
            float* cell = job.Cell + (b * n) + j;
            V c = S.Load(cell);
            V i = S.Load(g);
            V f = S.Load(g + (2 * n));
            if (p != null)
            {
                i = S.Fma(S.Load(p + j), c, i);
                f = S.Fma(S.Load(p + (2 * n) + j), c, f);
            }

            V candidate = SimdMath.Tanh<S, V>(S.Load(g + (3 * n)));
            c = S.Fma(SimdMath.Sigmoid<S, V>(f), c, S.Mul(SimdMath.Sigmoid<S, V>(i), candidate));
            V o = S.Load(g + n);
            o = p == null ? o : S.Fma(S.Load(p + n + j), c, o);
            V h = S.Mul(SimdMath.Sigmoid<S, V>(o), SimdMath.Tanh<S, V>(c));
            S.Store(cell, c);
            S.Store(job.Hidden + (b * n) + j, h);
            if (y != null)
            {
                S.Store(y + j, h);
            }
        }
    }
}
