namespace Inference.Guarding;

/// <summary>A block between two unreadable pages. What its pages hold beside it is patterned, so that writes there are seen.</summary>
internal sealed unsafe class GuardedBlock
{
    // Filling a block commits its memory; of huge blocks that hostile models ask for, only the ends are filled.
    private const long MaxFilled = 64L << 20;
    private readonly nint _map;
    private readonly nint _mapBytes;
    private readonly byte* _pages;
    private readonly nint _pageBytes;
    private readonly byte* _start;
    private readonly long _bytes;
    private readonly long _tail;
    private byte _slack;
    private bool _readOnly;

    public GuardedBlock(long bytes, long tail, GuardPlacement placement, byte fill)
    {
        (_bytes, _tail) = (bytes, tail);
        nint page = PageMap.Size;
        _pageBytes = checked((nint)(Math.Max(1, bytes + tail) + page - 1)) & ~(page - 1);
        _mapBytes = _pageBytes + (2 * page);
        _map = PageMap.Reserve(_mapBytes);
        _pages = (byte*)(_map + page);
        PageMap.Open((nint)_pages, _pageBytes);
        // A block of no bytes has no byte that may be read: it always lies at the end.
        _start = placement == GuardPlacement.End || bytes + tail == 0 ? _pages + _pageBytes - bytes - tail : _pages;
        Refill(fill);
    }

    public nint Start => (nint)_start;

    /// <summary>Fills the block with a byte, what lies beside it with another and the zeroed tail with zeros.</summary>
    public void Refill(byte fill)
    {
        _slack = (byte)(fill ^ 0x5C);
        Paint(_start, _bytes, fill);
        Paint(_start + _bytes, _tail, 0);
        Paint(_pages, _start - _pages, _slack);
        Paint(After, AfterBytes, _slack);
    }

    /// <summary>Makes writes fault.</summary>
    public void Protect()
    {
        _readOnly = true;
        PageMap.ReadOnly((nint)_pages, _pageBytes);
    }

    /// <summary>What was written beside the block, in words; null: nothing.</summary>
    public string? Damage()
    {
        if (_readOnly)
        {
            return null;
        }

        return Changed(_pages, _start - _pages, _slack, "before its start", fromEnd: true)
            ?? Changed(_start + _bytes, _tail, 0, "past its end, in the zeros behind it", fromEnd: false)
            ?? Changed(After, AfterBytes, _slack, "past its end", fromEnd: false);
    }

    /// <summary>Takes the memory away; the addresses stay occupied until <see cref="Release"/>.</summary>
    public void Close() => PageMap.Close(_map, _mapBytes);

    public void Release() => PageMap.Release(_map, _mapBytes);

    private byte* After => _start + _bytes + _tail;

    private long AfterBytes => _pages + _pageBytes - After;

    private string? Changed(byte* area, long length, byte expected, string where, bool fromEnd)
    {
        var span = new ReadOnlySpan<byte>(area, checked((int)length));
        int index = fromEnd ? span.LastIndexOfAnyExcept(expected) : span.IndexOfAnyExcept(expected);
        return index < 0 ? null : $"a block of {_bytes} bytes was written {(fromEnd ? length - index : index + 1)} bytes {where}";
    }

    private static void Paint(byte* area, long length, byte value)
    {
        if (length <= MaxFilled)
        {
            new Span<byte>(area, (int)length).Fill(value);
            return;
        }

        new Span<byte>(area, (int)(MaxFilled / 2)).Fill(value);
        new Span<byte>(area + length - (MaxFilled / 2), (int)(MaxFilled / 2)).Fill(value);
    }
}
