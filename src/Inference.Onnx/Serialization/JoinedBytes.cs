using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

/// <summary>Bytes that arrive in pieces: a single piece remains a slice, more pieces are copied together.</summary>
internal struct JoinedBytes(ReadOnlyMemory<byte> start)
{
    private ReadOnlyMemory<byte> _single = start;
    private RepeatedBuilder<byte> _joined;
    private bool _isJoined;

    public void Add(ReadOnlyMemory<byte> piece)
    {
        if (_single.IsEmpty && !_isJoined)
        {
            _single = piece;
        }
        else
        {
            AddCopy(piece.Span);
        }
    }

    public void AddCopy(ReadOnlySpan<byte> piece)
    {
        if (!_isJoined)
        {
            _isJoined = true;
            _joined = new RepeatedBuilder<byte>([]);
            _single.Span.CopyTo(_joined.Append(_single.Length));
        }

        piece.CopyTo(_joined.Append(piece.Length));
    }

    public ReadOnlyMemory<byte> ToMemory() => _isJoined ? _joined.ToArray() : _single;
}
