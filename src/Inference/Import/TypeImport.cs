using Inference.Onnx;

namespace Inference.Import;

/// <summary>Translates ONNX types to the engine's.</summary>
internal static class TypeImport
{
    /// <summary>Null where the file says nothing usable of the type.</summary>
    public static ModelValueType? FromOnnx(OnnxType? type)
    {
        switch (type?.Kind)
        {
            case OnnxTypeKind.Tensor:
            case OnnxTypeKind.SparseTensor:
                return type.ElementType == OnnxElementType.Undefined && type.Shape is null
                    ? null
                    : ModelValueType.Tensor((ElementType)(int)type.ElementType, FromOnnx(type.Shape));
            case OnnxTypeKind.Sequence:
                return ModelValueType.Sequence(FromOnnx(type.Element));
            case OnnxTypeKind.Optional:
                return ModelValueType.Optional(FromOnnx(type.Element));
            case OnnxTypeKind.Map:
                return ModelValueType.Map((ElementType)(int)type.KeyType, FromOnnx(type.Element));
            default:
                return null;
        }
    }

    /// <summary>The type in the file's form.</summary>
    public static OnnxType ToOnnx(ModelValueType type) => type.Kind switch
    {
        ModelValueKind.Tensor => OnnxType.Tensor((OnnxElementType)(int)type.ElementType, ToOnnx(type.Shape)),
        ModelValueKind.Sequence => OnnxType.Sequence(type.Element is null ? null : ToOnnx(type.Element)),
        ModelValueKind.Optional => OnnxType.Optional(type.Element is null ? null : ToOnnx(type.Element)),
        _ => OnnxType.Map((OnnxElementType)(int)type.KeyType, type.Element is null ? null : ToOnnx(type.Element)),
    };

    private static OnnxShape? ToOnnx(IReadOnlyList<Dimension>? shape)
    {
        if (shape is null)
        {
            return null;
        }

        var result = new OnnxShape();
        foreach (Dimension dimension in shape)
        {
            result.Dimensions.Add(dimension.Size is { } size ? OnnxDimension.Of(size) : dimension.Symbol is { } symbol ? OnnxDimension.Of(symbol) : OnnxDimension.Unknown);
        }

        return result;
    }

    private static Dimension[]? FromOnnx(OnnxShape? shape)
    {
        if (shape is null)
        {
            return null;
        }

        var result = new Dimension[shape.Dimensions.Count];
        for (int i = 0; i < result.Length; i++)
        {
            OnnxDimension dimension = shape.Dimensions[i];
            // Exporters write −1 (and sometimes 0 with a symbol) for "any".
            result[i] = dimension.Value is { } size && size >= 0 ? Dimension.Fixed(size)
                : string.IsNullOrEmpty(dimension.Param) ? Dimension.Unknown : Dimension.Named(dimension.Param);
        }

        return result;
    }
}
