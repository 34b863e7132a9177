namespace Inference.Operators.Typed;

/// <summary>
/// An operator written once for float and once for double; float16 and bfloat16 run the float form, and inputs of several types the form of the widest, on widened
/// values that are rounded once at the end.
/// </summary>
internal abstract class FloatOperator : Operator
{
    /// <summary>The input whose type decides.</summary>
    protected virtual int TypeInput => 0;

    public override void Run(KernelContext context)
    {
        ElementType type = context.Input(TypeInput).Type;
        if (type is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16))
        {
            throw context.Error($"input {TypeInput}: expected a floating-point tensor, got {type.Name()}.");
        }

        // Where the standard lets inputs differ (a scale in float beside x in float16), all are calculated in the widest.
        ElementType wide = type == ElementType.Float64 ? ElementType.Float64 : ElementType.Float32;
        bool same = type == wide;
        for (int i = 0; i < context.InputCount; i++)
        {
            if (context.InputValue(i) is Tensor tensor && tensor.Type != type && TypeSet.Floating.Contains(tensor.Type))
            {
                same = false;
                wide = tensor.Type == ElementType.Float64 ? ElementType.Float64 : wide;
            }
        }

        if (same)
        {
            Run(context, wide);
            return;
        }

        using var widened = new WidenedContext(context, wide, type);
        Run(widened, wide);
        widened.Complete();
    }

    private void Run(KernelContext context, ElementType type)
    {
        if (type == ElementType.Float64)
        {
            RunDouble(context);
        }
        else
        {
            RunSingle(context);
        }
    }

    protected abstract void RunSingle(KernelContext context);

    protected abstract void RunDouble(KernelContext context);
}
