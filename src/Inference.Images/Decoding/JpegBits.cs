namespace Inference.Images.Decoding;

/// <summary>The entropy-coded bits of a JPEG; zeros past a marker.</summary>
internal sealed class JpegBits(byte[] data, int start)
{
    private int _at = start;
    private int _buffer;
    private int _count;

    /// <summary>Where the next marker may stand.</summary>
    public int Position => _at;

    public int Bit()
    {
        if (_count == 0)
        {
            _buffer = 0;
            if (_at < data.Length)
            {
                int value = data[_at];
                if (value != 0xFF)
                {
                    _buffer = value;
                    _at++;
                }
                else if (_at + 1 < data.Length && data[_at + 1] == 0)
                {
                    _buffer = 0xFF;
                    _at += 2;
                }
            }

            _count = 8;
        }

        _count--;
        return (_buffer >> _count) & 1;
    }

    public int Read(int count)
    {
        int value = 0;
        for (int i = 0; i < count; i++)
        {
            value = (value << 1) | Bit();
        }

        return value;
    }

    /// <summary>A number of so many bits, where a leading 0 means negative.</summary>
    public int Signed(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        int value = Read(count);
        return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    }

    /// <summary>Drops the rest of the byte and the restart marker that follows.</summary>
    public void Restart()
    {
        _count = 0;
        while (_at + 1 < data.Length && !(data[_at] == 0xFF && data[_at + 1] is >= 0xD0 and <= 0xD7))
        {
            if (data[_at] == 0xFF && data[_at + 1] is not (0 or 0xFF))
            {
                return;
            }

            _at++;
        }

        _at += 2;
    }
}
