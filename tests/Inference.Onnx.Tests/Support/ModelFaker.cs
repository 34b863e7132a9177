using System.Collections;
using System.Reflection;

namespace Inference.Onnx.Tests.Support;

/// <summary>Makes models with every field the object model has, at random from a seed.</summary>
internal sealed class ModelFaker(int seed)
{
    private readonly Random _random = new(seed);

    public OnnxModel Model() => (OnnxModel)Fill(new OnnxModel(), 0);

    public OnnxTensor Tensor(int depth = 0)
    {
        var dims = Enumerable.Range(0, _random.Next(4)).Select(_ => (long)_random.Next(4)).ToArray();
        var type = (OnnxElementType)_random.Next(1, 27);
        var tensor = new OnnxTensor { Name = Text(), DocString = Text(), ElementType = type, Dims = dims };
        FillMetadata(tensor.Metadata);
        AddUnknown(tensor);
        var count = (int)tensor.ElementCount;
        if (type == OnnxElementType.String)
        {
            tensor.StringData = [.. Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<byte>)Bytes(_random.Next(5)))];
        }
        else if (_random.Next(2) == 0)
        {
            tensor.RawData = Bytes((int)tensor.ByteCount);
        }
        else
        {
            FillTyped(tensor, count);
        }

        if (depth > 2 && _random.Next(4) == 0)
        {
            tensor.Segment = new(_random.Next(9), _random.Next(9));
        }

        return tensor;
    }

    public object Fill(object target, int depth)
    {
        foreach (var property in target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(target);
            if (value is OnnxMetadata metadata)
            {
                FillMetadata(metadata);
            }
            else if (value is IList list and not Array && property.PropertyType.IsGenericType && property.SetMethod is null)
            {
                var count = _random.Next(depth > 6 ? 1 : 3);
                for (var i = 0; i < count && property.Name != nameof(OnnxMessage.UnknownFields); i++)
                {
                    list.Add(Make(property.PropertyType.GetGenericArguments()[0], depth + 1));
                }
            }
            else if (property.SetMethod is { IsPublic: true } && (_random.Next(4) > 0 || property.Name == nameof(OnnxModel.Graph)))
            {
                property.SetValue(target, Make(property.PropertyType, depth + 1) ?? property.GetValue(target));
            }
        }

        if (target is OnnxMessage message)
        {
            AddUnknown(message);
        }

        return target;
    }

    private static bool IsComposite(Type type) => typeof(OnnxMessage).IsAssignableFrom(type);

    private object? Make(Type type, int depth)
    {
        var given = Nullable.GetUnderlyingType(type) ?? type;
        return given switch
        {
            _ when given == typeof(string) => Text(),
            _ when given == typeof(long) => _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
            _ when given == typeof(int) => _random.Next(int.MinValue, int.MaxValue) >> _random.Next(32),
            _ when given == typeof(long[]) => Longs(),
            _ when given == typeof(ReadOnlyMemory<byte>) => (ReadOnlyMemory<byte>)Bytes(_random.Next(5)),
            _ when given == typeof(IReadOnlyList<ReadOnlyMemory<byte>>) => Enumerable.Range(0, _random.Next(3)).Select(_ => (ReadOnlyMemory<byte>)Bytes(_random.Next(5))).ToList(),
            _ when given == typeof(OnnxDimension) => Dimension(),
            _ when given == typeof(OnnxTensor) => Tensor(depth),
            _ when given == typeof(OnnxSparseTensor) => new OnnxSparseTensor { Values = Tensor(depth), Indices = Tensor(depth), Dims = [_random.Next(9)] },
            _ when given == typeof(OnnxType) => TypeOf(depth),
            _ when given == typeof(OnnxAttribute) => Attribute(depth),
            _ when given == typeof(OnnxSequence) && depth > 6 => new OnnxSequence(),
            _ when given == typeof(OnnxOptional) && depth > 6 => new OnnxOptional(),
            _ when given == typeof(OnnxMap) && depth > 6 => new OnnxMap(),
            _ when given.IsEnum => Enum.ToObject(given, _random.Next(6)),
            _ when IsComposite(given) => Fill(Activator.CreateInstance(given)!, depth),
            _ => throw new InvalidOperationException($"The faker has no rule for {type}."),
        };
    }

    private OnnxAttribute Attribute(int depth)
    {
        var kind = (OnnxAttributeKind)_random.Next(1, 15);
        var attribute = new OnnxAttribute(Text()) { Kind = kind, DocString = Text() };
        AddUnknown(attribute);
        if (_random.Next(8) == 0)
        {
            attribute.RefAttributeName = "outer";
            return attribute;
        }

        switch (kind)
        {
            case OnnxAttributeKind.Float: attribute.Float = Number(); break;
            case OnnxAttributeKind.Int: attribute.Int = _random.NextInt64() - _random.NextInt64(); break;
            case OnnxAttributeKind.String: attribute.StringBytes = Bytes(_random.Next(6)); break;
            case OnnxAttributeKind.Tensor: attribute.Tensor = Tensor(depth); break;
            case OnnxAttributeKind.Graph: attribute.Graph = Graph(depth); break;
            case OnnxAttributeKind.Floats: attribute.Floats = [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Number())]; break;
            case OnnxAttributeKind.Ints: attribute.Ints = Longs(); break;
            case OnnxAttributeKind.Strings: attribute.StringsBytes = [Bytes(2), Bytes(0)]; break;
            case OnnxAttributeKind.Tensors: attribute.Tensors = [Tensor(depth), Tensor(depth)]; break;
            case OnnxAttributeKind.Graphs: attribute.Graphs = [Graph(depth)]; break;
            case OnnxAttributeKind.SparseTensor: attribute.SparseTensor = new() { Values = Tensor(depth), Dims = [3, 4] }; break;
            case OnnxAttributeKind.SparseTensors: attribute.SparseTensors = [new() { Indices = Tensor(depth) }]; break;
            case OnnxAttributeKind.Type: attribute.Type = TypeOf(depth); break;
            default: attribute.Types = [TypeOf(depth), TypeOf(depth)]; break;
        }

        return attribute;
    }

    private OnnxGraph Graph(int depth) => depth > 6 ? new OnnxGraph { Name = Text() } : (OnnxGraph)Fill(new OnnxGraph(), depth + 1);

    private OnnxType TypeOf(int depth)
    {
        var element = (OnnxElementType)_random.Next(27);
        var type = (depth > 8 ? _random.Next(3) : _random.Next(7)) switch
        {
            0 => new OnnxType(),
            1 => OnnxType.Tensor(element, _random.Next(2) == 0 ? null : Shape()),
            2 => OnnxType.Opaque(Text(), Text()),
            3 => OnnxType.Sequence(TypeOf(depth + 1)),
            4 => OnnxType.Map(element, TypeOf(depth + 1)),
            5 => OnnxType.Optional(_random.Next(3) == 0 ? null : TypeOf(depth + 1)),
            _ => OnnxType.SparseTensor(element, Shape()),
        };
        type.Denotation = Text();
        AddUnknown(type);
        return type;
    }

    private OnnxShape Shape()
    {
        var shape = new OnnxShape();
        for (var i = _random.Next(4); i > 0; i--)
        {
            shape.Dimensions.Add(Dimension().WithDenotation(Text()));
        }

        return shape;
    }

    private OnnxDimension Dimension() => _random.Next(3) switch
    {
        0 => OnnxDimension.Unknown,
        1 => _random.Next(-3, 1000),
        _ => Text(),
    };

    private void FillTyped(OnnxTensor tensor, int count)
    {
        switch (tensor.ElementType)
        {
            case OnnxElementType.Float32 or OnnxElementType.Complex64: tensor.FloatDataBytes = Bytes((int)tensor.ByteCount); break;
            case OnnxElementType.Float64 or OnnxElementType.Complex128: tensor.DoubleDataBytes = Bytes((int)tensor.ByteCount); break;
            case OnnxElementType.Int64: tensor.Int64Data = [.. Enumerable.Range(0, count).Select(_ => _random.NextInt64() - _random.NextInt64())]; break;
            case OnnxElementType.UInt64: tensor.UInt64Data = [.. Enumerable.Range(0, count).Select(_ => (ulong)_random.NextInt64() << 1)]; break;
            case OnnxElementType.UInt32: tensor.UInt64Data = [.. Enumerable.Range(0, count).Select(_ => (ulong)(uint)_random.Next())]; break;
            default:
                var numbers = tensor.ElementType.IsPacked() ? (int)tensor.ByteCount : count;
                tensor.Int32Data = [.. Enumerable.Range(0, numbers).Select(_ => _random.Next(-100, 100))];
                break;
        }
    }

    private void AddUnknown(OnnxMessage message)
    {
        if (_random.Next(6) == 0)
        {
            message.Unknown = [new ProtoBytes().Varint(900, _random.Next()).Text(901, Text()).Double(902, 1.5).Float(903, 2)];
        }
    }

    private void FillMetadata(OnnxMetadata metadata)
    {
        for (var i = _random.Next(3); i > 0; i--)
        {
            metadata.Add(Text(), Text());
        }
    }

    private long[] Longs() => [.. Enumerable.Range(0, _random.Next(5)).Select(_ => _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64))];

    private float Number() => BitConverter.UInt32BitsToSingle((uint)_random.NextInt64(1L << 32));

    private string Text() => _random.Next(5) switch
    {
        0 => "",
        1 => "größe ✓ 𝄞",
        2 => new string('n', _random.Next(300)),
        _ => "name" + _random.Next(50),
    };

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
