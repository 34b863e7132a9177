namespace Inference;

/// <summary>
/// A value that a model takes or returns: tensor, sequence, map or optional. Reference-counted: it starts with one reference, <see cref="Retain"/> adds
/// one, <see cref="Dispose"/> gives one back; with the last one its memory may be reused. Forgetting to dispose leaves the memory to the garbage collector.
/// </summary>
/// <remarks>Reading is thread-safe; <see cref="Retain"/> and <see cref="Dispose"/> are atomic. After the last reference is gone, accessors throw
/// <see cref="ObjectDisposedException"/>; spans taken before must not be used any more.</remarks>
public abstract class ModelValue : IDisposable
{
    /// <summary>What this value is.</summary>
    public abstract ModelValueKind Kind { get; }

    /// <summary>A value with the same content that stays valid until it is disposed itself: this object with one reference more, or, where the content is
    /// borrowed from the caller, a copy.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public abstract ModelValue Retain();

    /// <summary>Gives one reference back. Disposing more often than retained has no effect.</summary>
    public abstract void Dispose();
}
