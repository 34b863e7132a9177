namespace Inference.Operators.Contract;

/// <summary>An operator prepared for fixed shapes. Immutable while it runs; many threads may run it at once, each with its own context.</summary>
internal abstract class Kernel : IDisposable
{
    /// <summary>Scratch memory one run needs, bytes.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>The name of the kernel of its product, as the kernel inventory lists it; null where it has none, or it is not known.</summary>
    public virtual string? KernelName => null;

    public abstract void Run(KernelContext context);

    public virtual void Dispose()
    {
    }
}
