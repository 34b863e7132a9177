using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Monitoring.Collection;

/// <summary>Reads the elements of tensors.</summary>
internal static class TensorElements
{
    /// <summary>The elements. Their bytes are asked for where they fit into a span: that call is resolved as any virtual one, a generic one at run time.</summary>
    public static ReadOnlySpan<T> Of<T>(TensorValue tensor)
        where T : unmanaged =>
        tensor.ElementCount <= int.MaxValue / Unsafe.SizeOf<T>() ? MemoryMarshal.Cast<byte, T>(tensor.AsBytes()) : tensor.AsSpan<T>();
}
