using System.Buffers;

namespace Inference.AspNetCore.Grpc;

/// <summary>An input whose contents are not read yet.</summary>
internal struct PendingInput
{
    public string Name;
    public ElementType Type;
    public long[] Shape;

    /// <summary>The number of elements of the shape.</summary>
    public int Count;

    /// <summary>The field <c>contents</c>; null if the message has none.</summary>
    public ReadOnlySequence<byte>? Contents;
}
