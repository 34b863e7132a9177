namespace Inference.Operators.Typed;

/// <summary>An operator written once for float and once for double; float16 and bfloat16 run the float form on widened values and round once at the end.</summary>
internal abstract class FloatOperator : Operator
{
    /// <summary>The input whose type decides.</summary>
    protected virtual int TypeInput => 0;

    public override void Run(KernelContext context)
    {
        switch (context.Input(TypeInput).Type)
        {
            case ElementType.Float:
                RunSingle(context);
                break;
            case ElementType.Double:
                RunDouble(context);
                break;
            case ElementType.Float16 or ElementType.BFloat16:
                using (var widened = new WidenedContext(context))
                {
                    RunSingle(widened);
                    widened.Complete();
                }

                break;
            case ElementType other:
                throw context.Error($"input {TypeInput}: expected a floating-point tensor, got {other.Name()}.");
        }
    }

    protected abstract void RunSingle(KernelContext context);

    protected abstract void RunDouble(KernelContext context);
}
