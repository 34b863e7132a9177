using Inference.Kernels.Gemm;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y[t] = Σ over the k experts e of token t of w[t, e] · (act(X[t] × W1ₑᵀ + b1ₑ) × W2ₑᵀ + b2ₑ), where a third matrix, if there, gates the activation. X [T, H] or [B, S, H], logits
/// [T, E], W1 [E, F·I, H], W2 [E, H, I], W3 [E, I, H]. See <see cref="ExpertRoutes"/> for w and <see cref="ExpertActivation"/>.
/// </summary>
internal abstract unsafe class MixtureOfExperts : FloatOperator
{
    private readonly ExpertActivation _activation;
    private readonly long _k;
    private readonly bool _normalized;

    protected MixtureOfExperts(Node node)
    {
        _activation = new(node);
        _k = node.Attributes.Int("k", 1);
        _normalized = node.Attributes.Int("normalize_routing_weights", 0) != 0;
        if (_k is < 1 or > 1024)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'k': expected a number of experts from 1 to 1024, got {_k}.");
        }

        if (node.Attributes.Int("use_sparse_mixer", 0) != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'use_sparse_mixer': expected 0, got 1. ONNX Runtime supports it only on CUDA; export the model for the CPU.");
        }
    }

    /// <summary>Weights in one element of the stored matrices.</summary>
    protected abstract int Pack { get; }

    /// <summary>The input of weights that mix the experts; −1 for none.</summary>
    protected abstract int MixInput { get; }

    /// <summary>Whether softmax weights are those over the chosen experts, whatever normalize_routing_weights says.</summary>
    protected abstract bool IsSoftmaxOfChosen { get; }

    /// <summary>The input with the matrices of a product, 1 to 3.</summary>
    protected abstract int Matrices(int product);

    /// <summary>The input with the biases of a product, 1 to 3.</summary>
    protected abstract int Biases(int product);

    /// <summary>The matrix of one expert, [rows, columns] in f32: in place, or in <paramref name="buffer"/>.</summary>
    protected abstract float* Matrix(KernelContext context, int product, long expert, long rows, long columns, float* buffer);

    /// <summary>Memory that <see cref="Matrix"/> needs, elements.</summary>
    protected abstract long BufferSize(long rows, long columns);

    /// <summary>Checks what else there is, with the sizes where they are known.</summary>
    protected virtual void CheckMore(InferContext context, int product, long rows, long columns)
    {
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? x = context.InputShape(0);
        if (_activation.NeedsGate && context.InputType(Matrices(3)) == ElementType.Undefined && !context.HasInput(Matrices(3)))
        {
            throw context.Error("expected fc3_experts_weights, because swiglu_fusion 0 computes its gate from a separate product, got none.");
        }

        if (context.InputShape(1) is { } router)
        {
            if (router[1].Size is { } experts && (experts < _k || experts > int.MaxValue / 4))
            {
                throw context.Error($"input 1: expected at least k = {_k} experts, got [{string.Join(",", router)}].");
            }

            if (x is not null && router[0].Size is { } tokens && Shapes.Product(x[..^1]).Size is { } own && own != tokens)
            {
                throw context.Error($"input 1: expected a row for each of {own} tokens, got [{string.Join(",", router)}].");
            }
        }

        if (x?[^1].Size is { } hidden && context.InputShape(Matrices(2)) is { } second && second[2].Size is { } packed)
        {
            long inner = packed * Pack;
            CheckMatrix(context, 1, _activation.Width * inner, hidden);
            CheckMatrix(context, 2, hidden, inner);
            CheckMatrix(context, 3, inner, hidden);
        }

        context.SetOutput(0, context.InputType(0), x);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputShape(0) is { Length: 2 } && context.InputAxis(0) == 0 && context.InputAxis(1) == 0;
        for (int i = 2; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == (i == MixInput && context.Node.HasInput(i) ? 0 : BatchContext.None);
        }

        context.SetAll(apart, 0);
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        y.Clear();
        if (x.Count == 0)
        {
            return;
        }

        long hidden = x.Dims[^1];
        long tokens = x.Count / hidden;
        int experts = (int)context.Input(1).Dims[1];
        long inner = context.Input(Matrices(2)).Dims[2] * Pack;
        long wide = inner * _activation.Width;
        bool gated = context.HasInput(Matrices(3));
        long routeBytes = (ExpertRoutes.Bytes(tokens, experts, (int)_k) + 15) & ~15L;
        long row = (2 * hidden) + wide + inner + (gated ? inner : 0);
        long buffer = Math.Max(BufferSize(wide, hidden), BufferSize(hidden, inner));
        byte* memory = context.Scratch(routeBytes + TensorShape.Count([tokens, row, sizeof(float)]) + (buffer * sizeof(float)));
        float* mix = MixInput >= 0 && context.HasInput(MixInput) ? (float*)context.Input(MixInput).Data : null;
        var routes = new ExpertRoutes(context, (float*)context.Input(1).Data, mix, tokens, experts, (int)_k, _normalized || (mix is null && IsSoftmaxOfChosen), memory);
        float* gathered = (float*)(memory + routeBytes);
        float* first = gathered + (tokens * hidden);
        float* active = first + (tokens * wide);
        float* result = active + (tokens * inner);
        float* gate = gated ? result + (tokens * hidden) : null;
        float* dense = result + (tokens * hidden) + (gated ? tokens * inner : 0);
        for (int expert = 0; expert < experts; expert++)
        {
            ReadOnlySpan<int> own = routes.Tokens(expert);
            if (own.IsEmpty)
            {
                continue;
            }

            context.ThrowIfCancelled();
            for (int i = 0; i < own.Length; i++)
            {
                new ReadOnlySpan<float>((float*)x.Data + (own[i] * hidden), (int)hidden).CopyTo(new(gathered + (i * hidden), (int)hidden));
            }

            Multiply(context, 1, expert, gathered, own.Length, hidden, first, wide, dense);
            if (gated)
            {
                Multiply(context, 3, expert, gathered, own.Length, hidden, gate, inner, dense);
            }

            _activation.Run(first, gate, active, own.Length, inner);
            Multiply(context, 2, expert, active, own.Length, inner, result, hidden, dense);
            Add(result, (float*)y.Data, own, routes.Weights(expert), hidden);
        }
    }

    private static void Add(float* result, float* y, ReadOnlySpan<int> tokens, ReadOnlySpan<float> weights, long hidden)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            float* target = y + (tokens[i] * hidden);
            for (long h = 0; h < hidden; h++)
            {
                target[h] += weights[i] * result[(i * hidden) + h];
            }
        }
    }

    private void Multiply(KernelContext context, int product, int expert, float* a, long rows, long depth, float* c, long columns, float* dense)
    {
        float* matrix = Matrix(context, product, expert, columns, depth, dense);
        float* bias = context.HasInput(Biases(product)) ? (float*)context.Input(Biases(product)).Data + (expert * columns) : null;
        var epilogue = new GemmEpilogue { Bias = bias };
        GemmF32.Run(a, (nint)depth, false, matrix, (nint)depth, true, c, (nint)columns, (nint)rows, (nint)columns, (nint)depth, 1f, in epilogue, context.Threads);
    }

    private void CheckMatrix(InferContext context, int product, long rows, long columns)
    {
        int input = Matrices(product);
        if (!context.HasInput(input))
        {
            return;
        }

        if (context.InputShape(input) is { } shape && ((shape[1].Size is { } r && r != rows) || (shape[2].Size is { } c && c * Pack != columns)))
        {
            throw context.Error($"input {input}: expected matrices [E,{rows},{columns / Pack}] with the hidden and inner sizes of inputs 0 and {Matrices(2)}, got [{string.Join(",", shape)}].");
        }

        if (context.InputShape(Biases(product)) is { } bias && bias[1].Size is { } count && count != rows)
        {
            throw context.Error($"input {Biases(product)}: expected biases [E,{rows}], got [{string.Join(",", bias)}].");
        }

        CheckMore(context, product, rows, columns);
    }
}
