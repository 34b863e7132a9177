using Inference.Operators.MatrixProduct;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation(f32((A − zero_A) × (B − zero_B) + C)·scale + bias): inputs (A[.., M, K], B[K, N], zero_A, zero_B, C int32 [N], scale, a second factor of it, bias
/// [N]); B, its zero points, C and bias constant, the scales f32 of one value or one a column, rounded to f32 after their product. Made of MatMulInteger and what follows it.
/// </summary>
internal sealed unsafe class IntegerLinear(Node node, OperatorTable table) : Operator
{
    internal const int BiasInput = 7;

    private readonly Kernels.Elementwise.Activation _activation = FusedActivation.Read(node, table);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(2) is { } zero && Shapes.Product(zero).Size is { } count && count != 1)
        {
            throw context.Error($"input 2: expected a single zero point for A, got shape [{string.Join(",", zero)}].");
        }

        if (context.InputConstant(1) is null || (context.HasInput(3) && context.InputConstant(3) is null))
        {
            throw context.Error("input 1: expected a constant matrix with constant zero points, got a computed value.");
        }

        context.SetOutput(0, ElementType.Float32, ProductShape.Infer(context, context.InputShape(0), context.InputShape(1)));
    }

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context)
    {
        for (int i = 2; i < context.InputCount; i++)
        {
            if (context.Node.HasInput(i) && context.InputAxis(i) != BatchContext.None)
            {
                context.SetAllMixed();
                return;
            }
        }

        ProductShape.PropagateBatch(context);
    }

    public override Kernel Prepare(PrepareContext context) => PackedScaledProduct.Create(context, Layout(), _activation);

    public override void Run(KernelContext context)
    {
        using PackedScaledProduct kernel = PackedScaledProduct.Create(context, Layout(), _activation);
        kernel.Run(context);
    }

    private static ScaledProductInputs Layout() => new(A: 0, B: 1, ZeroA: 2, ZeroB: 3, Start: 4, Scale: 5, SecondScale: 6, Bias: BiasInput);
}
