namespace Inference.Onnx.Wire;

/// <summary>How a field is encoded, the low three bits of its tag (protobuf encoding).</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
