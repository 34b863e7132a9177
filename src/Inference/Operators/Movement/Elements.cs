using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Operators.Movement;

/// <summary>References to elements of tensors, strings included.</summary>
internal static unsafe class Elements
{
    /// <summary>The first element. <typeparamref name="T"/> is as wide as the elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Ref<T>(Tensor tensor)
    {
        if (typeof(T) == typeof(string))
        {
            return ref Unsafe.As<string, T>(ref MemoryMarshal.GetReference(tensor.Strings));
        }

        return ref Unsafe.AsRef<T>(tensor.Data);
    }

    /// <summary>Element 0; of a packed type its bit pattern, as <see cref="Packing.Unpack"/> gives it.</summary>
    public static T First<T>(Tensor tensor)
    {
        if (tensor.Type.IsPacked())
        {
            byte bits = (byte)(tensor.Data[0] & ((1 << tensor.Type.BitWidth()) - 1));
            return Unsafe.As<byte, T>(ref bits);
        }

        return Ref<T>(tensor);
    }
}
