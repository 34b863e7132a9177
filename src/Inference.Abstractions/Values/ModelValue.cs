namespace Inference;

/// <summary>
/// A value that a model takes or returns: tensor, sequence, map or optional. Reference-counted: it starts with one reference, <see cref="Retain"/> adds
/// one, <see cref="Dispose"/> releases one; after the last release its memory may be reused. The garbage collector reclaims values that were never disposed.
/// </summary>
/// <remarks>Reading is thread-safe; <see cref="Retain"/> and <see cref="Dispose"/> are atomic. After the last reference is released, accessors throw
/// <see cref="ObjectDisposedException"/>; spans obtained earlier must no longer be used.</remarks>
public abstract class ModelValue : IDisposable
{
    /// <summary>The kind of this value.</summary>
    public abstract ModelValueKind Kind { get; }

    /// <summary>Returns a value with the same contents that stays valid until it is disposed: this object with one more reference, or a copy if the contents are
    /// borrowed from the caller.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public abstract ModelValue Retain();

    /// <summary>Releases one reference. Further calls after the last release have no effect.</summary>
    public abstract void Dispose();
}
