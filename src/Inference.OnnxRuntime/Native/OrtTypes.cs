namespace Inference.OnnxRuntime.Native;

/// <summary>Element types and type infos of the C API in our terms.</summary>
internal static unsafe class OrtTypes
{
    /// <summary>The kinds of <c>ONNXType</c>.</summary>
    public const int Tensor = 1;
    public const int Sequence = 2;
    public const int Map = 3;
    public const int Optional = 6;

    // Equal to ONNX's numbers up to float4e2m1; of the types after it, the C API's enumeration has the 2-bit integers first.
    private const int OrtUInt2 = 24;
    private const int OrtInt2 = 25;
    private const int OrtFloat8E8M0 = 26;

    /// <summary>The number by which values are created: ONNX's own. ONNX Runtime 1.30 states types in its enumeration but takes ONNX's numbers for them.</summary>
    public static int ToOrt(ElementType type) => (int)type;

    /// <summary>The element type that the C API states by a number.</summary>
    public static ElementType FromOrt(int type) => type switch
    {
        OrtUInt2 => ElementType.UInt2,
        OrtInt2 => ElementType.Int2,
        OrtFloat8E8M0 => ElementType.Float8E8M0,
        < 0 or > OrtFloat8E8M0 => ElementType.Undefined,
        _ => (ElementType)type,
    };

    /// <summary>Reads an <c>OrtTypeInfo*</c>; does not release it.</summary>
    public static ModelValueType Read(OrtApi api, nint typeInfo)
    {
        int kind;
        api.Check(api.GetOnnxTypeFromTypeInfo(typeInfo, &kind));
        nint info;
        nint inner;
        switch (kind)
        {
            case Tensor:
                api.Check(api.CastTypeInfoToTensorInfo(typeInfo, &info));
                return ReadTensor(api, info);
            case Sequence:
                api.Check(api.CastTypeInfoToSequenceTypeInfo(typeInfo, &info));
                api.Check(api.GetSequenceElementType(info, &inner));
                return new ModelValueType(ModelValueKind.Sequence, Element: ReadAndRelease(api, inner));
            case Map:
                api.Check(api.CastTypeInfoToMapTypeInfo(typeInfo, &info));
                int key;
                api.Check(api.GetMapKeyType(info, &key));
                api.Check(api.GetMapValueType(info, &inner));
                return new ModelValueType(ModelValueKind.Map, Element: ReadAndRelease(api, inner), KeyType: FromOrt(key));
            case Optional:
                api.Check(api.CastTypeInfoToOptionalTypeInfo(typeInfo, &info));
                api.Check(api.GetOptionalContainedTypeInfo(info, &inner));
                return new ModelValueType(ModelValueKind.Optional, Element: ReadAndRelease(api, inner));
            default:
                return ModelValueType.Tensor(ElementType.Undefined);
        }
    }

    /// <summary>Reads an <c>OrtTypeInfo*</c> and releases it.</summary>
    public static ModelValueType ReadAndRelease(OrtApi api, nint typeInfo)
    {
        try
        {
            return Read(api, typeInfo);
        }
        finally
        {
            api.ReleaseTypeInfo(typeInfo);
        }
    }

    /// <summary>Reads the element type and shape of a tensor value.</summary>
    /// <param name="api">The library.</param>
    /// <param name="value">The <c>OrtValue*</c>.</param>
    /// <param name="shape">Room for the dimensions; replaced where it is too small.</param>
    /// <returns>The element type, and the dimensions.</returns>
    public static ElementType ReadShape(OrtApi api, nint value, ref Span<long> shape)
    {
        nint info;
        api.Check(api.GetTensorTypeAndShape(value, &info));
        try
        {
            int type;
            nuint rank;
            api.Check(api.GetTensorElementType(info, &type));
            api.Check(api.GetDimensionsCount(info, &rank));
            if ((int)rank > shape.Length)
            {
                shape = new long[(int)rank];
            }

            shape = shape[..(int)rank];
            fixed (long* dimensions = shape)
            {
                api.Check(api.GetDimensions(info, dimensions, rank));
            }

            return FromOrt(type);
        }
        finally
        {
            api.ReleaseTensorTypeAndShapeInfo(info);
        }
    }

    private static ModelValueType ReadTensor(OrtApi api, nint info)
    {
        int type;
        nuint rank;
        api.Check(api.GetTensorElementType(info, &type));
        api.Check(api.GetDimensionsCount(info, &rank));
        var sizes = new long[(int)rank];
        var symbols = new nint[(int)rank];
        fixed (long* sizesPointer = sizes)
        fixed (nint* symbolsPointer = symbols)
        {
            api.Check(api.GetDimensions(info, sizesPointer, rank));
            api.Check(api.GetSymbolicDimensions(info, (byte**)symbolsPointer, rank));
        }

        var shape = new Dimension[(int)rank];
        for (int i = 0; i < shape.Length; i++)
        {
            string? symbol = System.Runtime.InteropServices.Marshal.PtrToStringUTF8(symbols[i]);
            shape[i] = sizes[i] >= 0 ? Dimension.Fixed(sizes[i])
                : string.IsNullOrEmpty(symbol) ? Dimension.Unknown
                : Dimension.Named(symbol);
        }

        return ModelValueType.Tensor(FromOrt(type), shape);
    }
}
