namespace Inference.Images.Decoding;

/// <summary>Reads the coefficients of one scan, sequential or progressive. Source: ITU T.81.</summary>
internal sealed class JpegScan(JpegBits bits, HuffmanTable?[] dc, HuffmanTable?[] ac, bool progressive, CancellationToken cancellationToken)
{
    private static readonly byte[] s_order =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private int _endRun;

    public static ReadOnlySpan<byte> Order => s_order;

    public int First { get; init; }

    public int Last { get; init; }

    public int High { get; init; }

    public int Low { get; init; }

    public void Run(JpegComponent[] components, int unitsWide, int unitsHigh, int interval)
    {
        bool single = components.Length == 1;
        JpegComponent only = components[0];
        int wide = single ? (only.Width + 7) / 8 : unitsWide;
        int high = single ? (only.Height + 7) / 8 : unitsHigh;
        int left = interval;
        for (int unit = 0; unit < wide * high; unit++)
        {
            if (interval > 0 && left-- == 0)
            {
                bits.Restart();
                _endRun = 0;
                left = interval - 1;
                foreach (JpegComponent component in components)
                {
                    component.Predictor = 0;
                }
            }

            (int y, int x) = Math.DivRem(unit, wide);
            if (x == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (single)
            {
                Block(only, ((y * only.BlocksWide) + x) * 64);
                continue;
            }

            foreach (JpegComponent component in components)
            {
                for (int v = 0; v < component.V; v++)
                {
                    for (int h = 0; h < component.H; h++)
                    {
                        Block(component, ((((y * component.V) + v) * component.BlocksWide) + (x * component.H) + h) * 64);
                    }
                }
            }
        }
    }

    private static HuffmanTable Need(HuffmanTable?[] tables, int index) => tables[index & 3] ?? throw new FormatException("a JPEG that uses a code table it does not define");

    private void Block(JpegComponent component, int at)
    {
        Span<short> block = component.Coefficients.AsSpan(at, 64);
        if (!progressive)
        {
            ReadDc(component, block);
            ReadAc(component, block, 1, 63);
        }
        else if (First == 0)
        {
            if (High == 0)
            {
                ReadDc(component, block);
            }
            else if (bits.Bit() != 0)
            {
                block[0] |= (short)(1 << Low);
            }
        }
        else if (High == 0)
        {
            ReadAc(component, block, First, Last);
        }
        else
        {
            Refine(component, block);
        }
    }

    private void ReadDc(JpegComponent component, Span<short> block)
    {
        int size = Need(dc, component.DcTable).Decode(bits);
        component.Predictor += bits.Signed(Math.Min(size, 16));
        block[0] = (short)(component.Predictor << Low);
    }

    private void ReadAc(JpegComponent component, Span<short> block, int first, int last)
    {
        if (_endRun > 0)
        {
            _endRun--;
            return;
        }

        HuffmanTable table = Need(ac, component.AcTable);
        for (int k = first; k <= last; k++)
        {
            int code = table.Decode(bits);
            (int run, int size) = (code >> 4, code & 15);
            if (size == 0)
            {
                if (run < 15)
                {
                    _endRun = progressive ? (1 << run) - 1 + bits.Read(run) : 0;
                    return;
                }

                k += 15;
                continue;
            }

            k += run;
            if (k > 63)
            {
                throw new FormatException("a JPEG with coefficients past the end of a block");
            }

            block[s_order[k]] = (short)(bits.Signed(size) << Low);
        }
    }

    // Adds one bit to known coefficients, and new coefficients of that size.
    private void Refine(JpegComponent component, Span<short> block)
    {
        short bit = (short)(1 << Low);
        int k = First;
        if (_endRun == 0)
        {
            HuffmanTable table = Need(ac, component.AcTable);
            for (; k <= Last; k++)
            {
                int code = table.Decode(bits);
                int run = code >> 4;
                short value = 0;
                if ((code & 15) != 0)
                {
                    value = bits.Bit() != 0 ? bit : (short)-bit;
                }
                else if (run < 15)
                {
                    _endRun = (1 << run) + bits.Read(run);
                    break;
                }

                k = Correct(block, k, run, bit);
                if (value != 0 && k <= 63)
                {
                    block[s_order[k]] = value;
                }
            }
        }

        if (_endRun > 0)
        {
            Correct(block, k, 64, bit);
            _endRun--;
        }
    }

    // Refines existing coefficients while skipping the given number of zeros; returns the position reached.
    private int Correct(Span<short> block, int k, int zeros, short bit)
    {
        for (; k <= Last; k++)
        {
            ref short value = ref block[s_order[k]];
            if (value == 0)
            {
                if (zeros-- == 0)
                {
                    return k;
                }
            }
            else if (bits.Bit() != 0 && (value & bit) == 0)
            {
                value += value > 0 ? bit : (short)-bit;
            }
        }

        return k;
    }
}
