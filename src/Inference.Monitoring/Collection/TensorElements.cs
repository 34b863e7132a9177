using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Monitoring.Collection;

/// <summary>Reads the elements of tensors.</summary>
internal static class TensorElements
{
    // Of an element of any type.
    private const int MostBytes = 16;

    /// <summary>Throws what reading the elements would throw.</summary>
    public static void Require(TensorValue tensor)
    {
        if (tensor.ElementType == ElementType.String)
        {
            _ = tensor.AsSpan<string>();
        }
        else if (tensor.ElementCount <= int.MaxValue / MostBytes)
        {
            _ = tensor.AsBytes();
        }
    }

    /// <summary>The elements. Their bytes are asked for where they fit into a span: that call is resolved as any virtual one, a generic one at run time.</summary>
    public static ReadOnlySpan<T> Of<T>(TensorValue tensor)
        where T : unmanaged =>
        tensor.ElementCount <= int.MaxValue / Unsafe.SizeOf<T>() ? MemoryMarshal.Cast<byte, T>(tensor.AsBytes()) : tensor.AsSpan<T>();
}
