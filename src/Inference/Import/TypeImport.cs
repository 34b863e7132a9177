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
                return new(ModelValueKind.Sequence, Element: FromOnnx(type.Element));
            case OnnxTypeKind.Optional:
                return new(ModelValueKind.Optional, Element: FromOnnx(type.Element));
            case OnnxTypeKind.Map:
                return new(ModelValueKind.Map, Element: FromOnnx(type.Element), KeyType: (ElementType)(int)type.KeyType);
            default:
                return null;
        }
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
