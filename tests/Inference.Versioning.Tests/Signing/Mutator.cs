namespace Inference.Versioning.Tests.Signing;

/// <summary>Damages JSON at random: bits, bytes, ranges, tokens, splices with another text of the same kind.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[][] s_tokens =
    [
        "\""u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), "null"u8.ToArray(), "true"u8.ToArray(), "1e999"u8.ToArray(), "-1"u8.ToArray(), "\\ud800"u8.ToArray(),
        "\\u0000"u8.ToArray(), "=="u8.ToArray(), "../"u8.ToArray(), "\n"u8.ToArray(), " "u8.ToArray(), [0], [0xff], [0xc0, 0x80], [.. Enumerable.Repeat((byte)'[', 5000)], [.. Enumerable.Repeat((byte)'9', 400)],
    ];

    private readonly Random _random = new(seed);

    public byte[] Mutate(byte[] original, byte[] other)
    {
        List<byte> bytes = [.. original];
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            Change(bytes, other);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(_random.Next(1, 1 << _random.Next(1, 9)), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                List<byte> range = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(_random.Next(bytes.Count + 1), range);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                int from = _random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(_random.Next(1, 400), other.Length - from)).ToArray());
                break;
            case 7 when at < bytes.Count:
                int start = _random.Next(other.Length);
                for (int i = 0; i < Math.Min(length, other.Length - start); i++)
                {
                    bytes[at + i] = other[start + i];
                }

                break;
            default:
                bytes.InsertRange(at, s_tokens[_random.Next(s_tokens.Length)]);
                break;
        }
    }
}
