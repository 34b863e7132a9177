using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>y[i, j] = Σₖ (a[i, k] − b[j, k])² for A[M, K] and B[N, K], or its square root. Source: com.microsoft CDist; scipy's cdist.</summary>
internal sealed class CDist : FloatOperator
{
    private readonly bool _root;

    public CDist(Node node) => _root = node.Attributes.String("metric", "sqeuclidean") switch
    {
        "sqeuclidean" => false,
        "euclidean" => true,
        string other => throw new ModelLoadException($"{node.Describe()}: attribute 'metric': expected sqeuclidean or euclidean, got '{other}'."),
    };

    protected override void InferOutputs(InferContext context) => context.SetOutput(
        0, context.InputType(0), [context.InputShape(0)?[0] ?? Dimension.Unknown, context.InputShape(1)?[0] ?? Dimension.Unknown]);

    public override void PropagateBatch(BatchContext context)
    {
        bool rows = context.InputAxis(0) == 0 && context.InputAxis(1) == BatchContext.None;
        bool columns = context.InputAxis(1) == 0 && context.InputAxis(0) == BatchContext.None;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : rows ? 0 : columns ? 1 : BatchContext.Mixed);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Span<C> y = context.Output(0).Span<C>();
        int depth = (int)a.Dims[1];
        int columns = (int)b.Dims[0];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / columns;
            if (i % 1024 == 0)
            {
                context.ThrowIfCancelled();
            }

            ReadOnlySpan<C> p = a.Span<C>().Slice(row * depth, depth);
            ReadOnlySpan<C> q = b.Span<C>().Slice((i - (row * columns)) * depth, depth);
            C distance = depth == 0 ? C.Zero : System.Numerics.Tensors.TensorPrimitives.Distance(p, q);
            y[i] = _root ? distance : distance * distance;
        }
    }
}
