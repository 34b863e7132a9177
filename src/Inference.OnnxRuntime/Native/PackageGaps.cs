using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.OnnxRuntime.Native;

/// <summary>
/// What ONNX Runtime has and the package Microsoft.ML.OnnxRuntime.Managed does not show: sessions whose inputs or outputs have element types that the package has no row for
/// (complex, 8-bit and 4-bit floats, 4-bit and 2-bit integers), and whether an optional has a value.
/// </summary>
internal static unsafe class PackageGaps
{
    // The index of HasValue in the function table that OrtGetApiBase()->GetApi returns; indices never change.
    private const int HasValueSlot = 192;

    // The type numbers of ONNX and ONNX Runtime go up to 26.
    private const int LastElementType = 26;

    /// <summary>Adds a row for each element type that the package has none for; without one it refuses to make a session.</summary>
    /// <remarks>
    /// The package multiplies the element size by the number of elements, which cannot work for packed types: the rows state size 0, and reading and writing use the address and
    /// the byte count computed here from type and shape. With a package without that table, these types remain unsupported.
    /// </remarks>
    public static void AddElementTypes()
    {
        Dictionary<TensorElementType, TensorElementTypeInfo> rows;
        try
        {
            rows = Rows(null);
        }
        catch (MissingFieldException)
        {
            return;
        }

        for (int number = 1; number <= LastElementType; number++)
        {
            rows.TryAdd((TensorElementType)number, new TensorElementTypeInfo(typeof(byte), 0));
        }
    }

    /// <summary>Whether an optional has a value.</summary>
    public static bool HasValue(OrtValue value)
    {
        int has;
        nint status = ((delegate* unmanaged<nint, int*, nint>)OrtLibrary.Loaded!.Functions[HasValueSlot])(Handle(value), &has);
        GC.KeepAlive(value);

        // The function cannot fail for a value created by ONNX Runtime.
        return status == 0 && has != 0;
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "tensorElementTypeInfoMap")]
    private static extern ref Dictionary<TensorElementType, TensorElementTypeInfo> Rows(TensorBase? type);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_handle")]
    private static extern ref nint Handle(OrtValue value);
}
