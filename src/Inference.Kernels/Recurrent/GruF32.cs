using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Recurrent;

/// <summary>
/// GRU: z, r = σ(gates), ĥ = tanh(Wh·x + Wbh + r·(Rh·h + Rbh)) (linear before reset) or tanh(Wh·x + Rh·(r·h) + Wbh + Rbh),
/// h' = (1 − z)·ĥ + z·h. Thread-safe. Source: ONNX GRU, opset 14.
/// </summary>
internal static unsafe class GruF32
{
    internal static readonly RowKernel Cell = RowKernel.Of<CellBody>("gru_f32_cell");

    /// <summary>Runs one direction.</summary>
    /// <param name="arguments">What to compute.</param>
    /// <param name="candidateWeights">
    /// Rhᵀ packed [hidden, hidden], needed unless <see cref="RecurrentArguments.LinearBeforeReset"/>: then the product of r·h.
    /// </param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="candidateWeights"/> is needed and null.</exception>
    public static void Run(in RecurrentArguments arguments, PackedMatrix? candidateWeights, int maxThreads = 1)
    {
        RecurrentArguments a = arguments;
        a.Check();
        if (!a.LinearBeforeReset)
        {
            ArgumentNullException.ThrowIfNull(candidateWeights);
        }

        nint n = a.HiddenSize;
        nint gates = 3 * n;
        using var bias = new AlignedScratch<float>(2 * gates);
        using var products = new AlignedScratch<float>((nint)a.Steps * a.Batch * gates);
        using var hidden = new AlignedScratch<float>(a.Batch * gates);
        using var reset = new AlignedScratch<float>(a.Batch * n);
        // Rbh joins the hidden product when it is gated by r; all other biases go with the input product.
        float* inputBias = bias.Pointer;
        float* hiddenBias = bias.Pointer + gates;
        SequenceParts.SumBiases(a.InputBias, a.HiddenBias, inputBias, gates);
        new Span<float>(hiddenBias, (int)gates).Clear();
        if (a.LinearBeforeReset)
        {
            SequenceParts.CopyOrClear(a.InputBias == null ? null : a.InputBias + (2 * n), inputBias + (2 * n), n);
            SequenceParts.CopyOrClear(a.HiddenBias == null ? null : a.HiddenBias + (2 * n), hiddenBias + (2 * n), n);
        }

        GemmF32.Run(
            a.X, a.InputSize, a.InputWeights, products.Pointer, gates, (nint)a.Steps * a.Batch,
            new GemmEpilogue { Bias = inputBias }, maxThreads);
        SequenceParts.CopyOrClear(a.InitialHidden, a.LastHidden, a.Batch * n);
        var epilogue = new GemmEpilogue { Bias = hiddenBias };
        for (int step = 0; step < a.Steps; step++)
        {
            KernelControl.Poll();
            int t = a.Reverse ? a.Steps - 1 - step : step;
            GemmF32.Run(a.LastHidden, n, a.HiddenWeights, hidden.Pointer, gates, a.Batch, in epilogue, maxThreads);
            var job = new Job
            {
                Input = products.Pointer + ((nint)t * a.Batch * gates),
                Product = hidden.Pointer,
                Reset = reset.Pointer,
                Hidden = a.LastHidden,
                Y = a.Y == null ? null : a.Y + (t * a.YStepStride),
                HiddenSize = n,
                Lengths = a.SequenceLengths,
                Step = t,
            };
            if (!a.LinearBeforeReset)
            {
                job.ResetOnly = true;
                Cell.Run(&job, a.Batch, SequenceParts.CellWork * a.Batch * n, 1);
                GemmF32.Run(reset.Pointer, n, candidateWeights!, hidden.Pointer + (2 * n), gates, a.Batch, default, maxThreads);
                job.ResetOnly = false;
                job.ResetDone = true;
            }

            Cell.Run(&job, a.Batch, SequenceParts.CellWork * a.Batch * n, 1);
        }

        GC.KeepAlive(a.InputWeights);
        GC.KeepAlive(a.HiddenWeights);
    }

    internal struct Job
    {
        public float* Input;
        public float* Product;
        public float* Reset;
        public float* Hidden;
        public float* Y;
        public nint HiddenSize;
        public int* Lengths;
        public int Step;

        /// <summary>Whether only Reset = r·h is computed.</summary>
        public bool ResetOnly;

        /// <summary>The candidate's hidden product already has r in it.</summary>
        public bool ResetDone;
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
                    SequenceParts.CopyOrClear(null, y, y == null || job.ResetOnly ? 0 : n);
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
            float* x = job.Input + (3 * b * n) + j;
            float* p = job.Product + (3 * b * n) + j;
            V h = S.Load(job.Hidden + (b * n) + j);
            V r = SimdMath.Sigmoid<S, V>(S.Add(S.Load(x + n), S.Load(p + n)));
            if (job.ResetOnly)
            {
                S.Store(job.Reset + (b * n) + j, S.Mul(r, h));
                return;
            }

            V z = SimdMath.Sigmoid<S, V>(S.Add(S.Load(x), S.Load(p)));
            V product = S.Load(p + (2 * n));
            product = job.ResetDone ? product : S.Mul(r, product);
            V candidate = SimdMath.Tanh<S, V>(S.Add(S.Load(x + (2 * n)), product));
            // (1 − z)·ĥ + z·h = ĥ + z·(h − ĥ)
            V next = S.Fma(z, S.Sub(h, candidate), candidate);
            S.Store(job.Hidden + (b * n) + j, next);
            if (y != null)
            {
                S.Store(y + j, next);
            }
        }
    }
}
