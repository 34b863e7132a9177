using System.Buffers.Binary;

namespace Inference.Images.Decoding;

/// <summary>
/// JPEG of 8 bits, sequential and progressive, gray, YCbCr or RGB; chroma is interpolated with the triangle filter of common decoders. Source: ITU T.81, T.871.
/// </summary>
internal sealed class JpegDecoder
{
    // Each block of 64 pixels of the finest component takes at least one bit.
    private const long MaxPixelsPerByte = 64 * 8;

    // Typical files have about ten; each scan covers the whole image.
    private const int MaxScans = 500;

    private readonly ushort[][] _tables = [new ushort[64], new ushort[64], new ushort[64], new ushort[64]];
    private readonly HuffmanTable?[] _dc = new HuffmanTable?[4];
    private readonly HuffmanTable?[] _ac = new HuffmanTable?[4];
    private JpegComponent[] _components = [];
    private int _width;
    private int _height;
    private int _unitsWide;
    private int _unitsHigh;
    private int _interval;
    private int _adobe = -1;
    private bool _progressive;
    private int _scans;
    private CancellationToken _cancellationToken;

    public static bool Recognizes(ReadOnlySpan<byte> data) => data.Length > 4 && data[0] == 0xFF && data[1] == 0xD8;

    /// <param name="data">The file.</param>
    /// <param name="cancellationToken">Checked periodically.</param>
    public static Pixels Decode(byte[] data, CancellationToken cancellationToken)
    {
        var decoder = new JpegDecoder { _cancellationToken = cancellationToken };
        decoder.Read(data);
        return decoder.Finish();
    }

    private void Read(byte[] data)
    {
        int at = 2;
        while (at + 4 <= data.Length)
        {
            if (data[at] != 0xFF || data[at + 1] is 0 or 0xFF or (>= 0xD0 and <= 0xD8))
            {
                at++;
                continue;
            }

            int marker = data[at + 1];
            if (marker == 0xD9)
            {
                return;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(at + 2));
            ReadOnlySpan<byte> body = data.AsSpan(at + 4, length - 2);
            at += length + 2;
            switch (marker)
            {
                case 0xC0 or 0xC1 or 0xC2:
                    Frame(body, marker == 0xC2, data.Length);
                    break;
                case 0xC4:
                    Codes(body);
                    break;
                case 0xDB:
                    Quantization(body);
                    break;
                case 0xDD:
                    _interval = BinaryPrimitives.ReadUInt16BigEndian(body);
                    break;
                case 0xEE when body.Length >= 12 && body[..5].SequenceEqual("Adobe"u8):
                    _adobe = body[11];
                    break;
                case 0xDA:
                    at = Scan(body, data, at);
                    break;
                case >= 0xC3 and <= 0xCF and not 0xC8 and not 0xCC:
                    throw new FormatException($"a JPEG of process {marker - 0xC0}; supported are sequential and progressive Huffman coding");
            }
        }
    }

    private void Frame(ReadOnlySpan<byte> body, bool progressive, long bytes)
    {
        _progressive = progressive;
        _height = BinaryPrimitives.ReadUInt16BigEndian(body[1..]);
        _width = BinaryPrimitives.ReadUInt16BigEndian(body[3..]);
        int count = body[5];
        if (body[0] != 8 || count is not (1 or 3) || _components.Length > 0 || _width == 0 || _height == 0)
        {
            throw new FormatException($"a JPEG of {body[0]} bits and {count} components; supported are 8 bits and 1 or 3 components");
        }

        Pixels.Check(_width, _height, MaxPixelsPerByte * bytes);
        _components = new JpegComponent[count];
        (int h, int v) = (1, 1);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> own = body[(6 + (i * 3))..];
            _components[i] = new JpegComponent { Id = own[0], H = own[1] >> 4, V = own[1] & 15, Table = own[2] & 3 };
            if (_components[i].H is < 1 or > 4 || _components[i].V is < 1 or > 4)
            {
                throw new FormatException("a JPEG with a sampling factor outside 1 to 4");
            }

            (h, v) = (Math.Max(h, _components[i].H), Math.Max(v, _components[i].V));
        }

        _unitsWide = (_width + (8 * h) - 1) / (8 * h);
        _unitsHigh = (_height + (8 * v) - 1) / (8 * v);
        foreach (JpegComponent component in _components)
        {
            component.BlocksWide = _unitsWide * component.H;
            component.BlocksHigh = _unitsHigh * component.V;
            component.Width = ((_width * component.H) + h - 1) / h;
            component.Height = ((_height * component.V) + v - 1) / v;
            component.Coefficients = new short[checked(component.BlocksWide * component.BlocksHigh * 64)];
        }
    }

    private void Codes(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 17)
        {
            int total = 0;
            foreach (byte count in body.Slice(1, 16))
            {
                total += count;
            }

            var table = new HuffmanTable(body.Slice(1, 16), body.Slice(17, total));
            (body[0] >> 4 == 0 ? _dc : _ac)[body[0] & 3] = table;
            body = body[(17 + total)..];
        }
    }

    private void Quantization(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 65)
        {
            bool wide = body[0] >> 4 != 0;
            ushort[] table = _tables[body[0] & 3];
            for (int i = 0; i < 64; i++)
            {
                table[JpegScan.Order[i]] = wide ? BinaryPrimitives.ReadUInt16BigEndian(body[(1 + (2 * i))..]) : body[1 + i];
            }

            body = body[(wide ? 129 : 65)..];
        }
    }

    private int Scan(ReadOnlySpan<byte> body, byte[] data, int at)
    {
        if (++_scans > MaxScans)
        {
            throw new FormatException($"a JPEG of more than {MaxScans} scans");
        }

        int count = body[0];
        if (count is < 1 or > 3)
        {
            throw new FormatException($"a JPEG with a scan of {count} components");
        }

        var components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            int id = body[1 + (2 * i)];
            components[i] = Array.Find(_components, c => c.Id == id) ?? throw new FormatException("a JPEG whose scan refers to a component that is not in its frame");
            components[i].DcTable = body[2 + (2 * i)] >> 4;
            components[i].AcTable = body[2 + (2 * i)] & 15;
            components[i].Predictor = 0;
        }

        ReadOnlySpan<byte> range = body[(1 + (2 * count))..];
        var bits = new JpegBits(data, at);
        new JpegScan(bits, _dc, _ac, _progressive, _cancellationToken)
        {
            First = _progressive ? range[0] & 63 : 0,
            Last = _progressive ? range[1] & 63 : 63,
            High = _progressive ? range[2] >> 4 : 0,
            Low = _progressive ? range[2] & 15 : 0,
        }.Run(components, _unitsWide, _unitsHigh, _interval);
        return bits.Position;
    }

    private Pixels Finish()
    {
        if (_components.Length == 0)
        {
            throw new FormatException("a JPEG without a frame");
        }

        var pixels = new Pixels(_width, _height, long.MaxValue);
        (int h, int v) = (1, 1);
        foreach (JpegComponent component in _components)
        {
            (h, v) = (Math.Max(h, component.H), Math.Max(v, component.V));
            component.Samples = new byte[component.Coefficients.Length];
            for (int block = 0; block < component.BlocksWide * component.BlocksHigh; block++)
            {
                (int y, int x) = Math.DivRem(block, component.BlocksWide);
                if (x == 0)
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                }

                JpegTransform.Block(component.Coefficients.AsSpan(block * 64, 64), _tables[component.Table], component.Samples.AsSpan((y * 8 * component.Stride) + (x * 8)), component.Stride);
            }
        }

        var planes = Array.ConvertAll(_components, c => JpegUpsampling.Run(c, h, v, _width, _height));
        bool rgb = _components.Length == 3 && (_adobe == 0 || (_adobe < 0 && _components[0].Id == 'R' && _components[1].Id == 'G'));
        for (int y = 0; y < _height; y++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            for (int x = 0; x < _width; x++)
            {
                int i = (y * _width) + x;
                int luma = planes[0][i];
                if (planes.Length == 1)
                {
                    pixels.Set(x, y, luma, luma, luma);
                }
                else if (rgb)
                {
                    pixels.Set(x, y, luma, planes[1][i], planes[2][i]);
                }
                else
                {
                    Convert(pixels, x, y, luma, planes[1][i] - 128, planes[2][i] - 128);
                }
            }
        }

        return pixels;
    }

    // 16-bit fixed point, each product rounded as common decoders do.
    private static void Convert(Pixels pixels, int x, int y, int luma, int blue, int red)
    {
        int r = luma + (((91881 * red) + 32768) >> 16);
        int g = luma + (((-22554 * blue) - (46802 * red) + 32768) >> 16);
        int b = luma + (((116130 * blue) + 32768) >> 16);
        pixels.Set(x, y, Math.Clamp(r, 0, 255), Math.Clamp(g, 0, 255), Math.Clamp(b, 0, 255));
    }
}
