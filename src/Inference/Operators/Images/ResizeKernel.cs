namespace Inference.Operators.Images;

/// <summary>A Resize whose shapes and scales are fixed.</summary>
internal sealed class ResizeKernel(ResizePlan plan, ElementType type) : Kernel
{
    public override long ScratchBytes => plan.ScratchBytes(type);

    public override void Run(KernelContext context) => plan.Run(context);
}
