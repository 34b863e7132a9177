using System.Runtime.InteropServices;
using System.Text;
using Inference.Rows;

namespace Inference.Caching.Units;

/// <summary>
/// Names, types and shapes of one unit of a call: a row where rows are independent, else the whole call. Reads, compares and hashes units of calls that have this
/// layout. Immutable.
/// </summary>
internal sealed class UnitLayout
{
    private readonly UnitPort[] _ports;

    private UnitLayout(UnitPort[] ports, bool whole)
    {
        _ports = ports;
        Whole = whole;
        Text = Describe(ports, whole);
        Hash = RowHash.OfBytes(MemoryMarshal.AsBytes(Text.AsSpan()));
        foreach (ref UnitPort port in ports.AsSpan())
        {
            port = port with { Start = port.IsText ? Strings : Bytes };
            Bytes += port.Bytes;
            Strings += port.IsText ? port.Elements : 0;
        }
    }

    /// <summary>Whether a unit is a whole call and not a row.</summary>
    public bool Whole { get; }

    /// <summary>All of it as unambiguous text.</summary>
    public string Text { get; }

    /// <summary>A hash of <see cref="Text"/>.</summary>
    public UInt128 Hash { get; }

    /// <summary>Bytes of one unit, strings not counted.</summary>
    public int Bytes { get; }

    /// <summary>Strings of one unit.</summary>
    public int Strings { get; }

    public ReadOnlySpan<UnitPort> Ports => _ports;

    /// <summary>Whether the units of a model are whole calls.</summary>
    public static bool IsWhole(ModelInfo info) => !info.RowIndependent || info.BatchAxis != 0;

    /// <summary>The layout with these ports.</summary>
    public static UnitLayout Of(UnitPort[] ports, bool whole) => new(ports, whole);

    /// <summary>The layout of these values; null if they cannot be split into units, or a value is not named in <paramref name="order"/>.</summary>
    /// <param name="values">The values.</param>
    /// <param name="order">The order of names; null for that of the values.</param>
    /// <param name="whole">Whether the unit is the whole call.</param>
    public static UnitLayout? TryOf(NamedValues values, string[]? order, bool whole)
    {
        var ports = new List<UnitPort>(values.Count);
        if (!whole && !BatchRows.TryCount(values, out _))
        {
            return null;
        }

        int names = order?.Length ?? values.Count;
        for (int i = 0; i < names; i++)
        {
            string name = order is null ? values.GetAt(i).Key : order[i];
            if (!values.TryGetValue(name, out ModelValue? value))
            {
                continue;
            }

            if (value is not TensorValue tensor || (!whole && tensor.Rank == 0))
            {
                return null;
            }

            long[] shape = (whole ? tensor.Shape : tensor.Shape[1..]).ToArray();
            long elements = TensorShape.Count(shape);
            bool isWholeBytes = whole || !tensor.ElementType.IsPacked() || elements * tensor.ElementType.BitWidth() % 8 == 0;
            if (!isWholeBytes || !IsCountable(tensor.ElementType, elements) || !IsCountable(tensor.ElementType, TensorShape.Count(tensor.Shape)))
            {
                return null;
            }

            ports.Add(new UnitPort(name, tensor.ElementType, shape, (int)elements, (int)tensor.ElementType.ByteCount(elements)));
        }

        return ports.Count == values.Count && ports.Count > 0 ? new UnitLayout([.. ports], whole) : null;
    }

    /// <summary>Whether the values have this layout and, where units are rows, all as many.</summary>
    public bool Matches(NamedValues values)
    {
        if (values.Count != _ports.Length)
        {
            return false;
        }

        long rows = -1;
        foreach (ref readonly UnitPort port in _ports.AsSpan())
        {
            if (!values.TryGetValue(port.Name, out ModelValue? value) || value is not TensorValue tensor || tensor.ElementType != port.Type
                || (!Whole && tensor.Rank == 0) || !(Whole ? tensor.Shape : tensor.Shape[1..]).SequenceEqual(port.Shape) || !IsCountable(tensor.ElementType, TensorShape.Count(tensor.Shape)))
            {
                return false;
            }

            long own = Whole ? 1 : tensor.Shape[0];
            if (rows >= 0 && own != rows)
            {
                return false;
            }

            rows = own;
        }

        // Counted with 32 bits from here on.
        return rows <= int.MaxValue;
    }

    // Elements and bytes are counted with 32 bits.
    private static bool IsCountable(ElementType type, long elements) => elements <= int.MaxValue && type.ByteCount(elements) <= int.MaxValue;

    public bool SameAs(UnitLayout other) => ReferenceEquals(this, other) || (Hash == other.Hash && string.Equals(Text, other.Text, StringComparison.Ordinal));

    /// <summary>The hash of a unit's contents.</summary>
    public UInt128 HashOf(NamedValues values, int unit, UInt128 seed)
    {
        UInt128 hash = seed;
        foreach (ref readonly UnitPort port in _ports.AsSpan())
        {
            TensorValue tensor = values[port.Name];
            if (!port.IsText)
            {
                hash = RowHash.OfBytes(port.BytesOf(tensor, unit), hash);
                continue;
            }

            foreach (string item in port.StringsOf(tensor, unit))
            {
                hash = RowHash.OfBytes(MemoryMarshal.AsBytes(item.AsSpan()), hash);
            }
        }

        return hash;
    }

    /// <summary>Copies a unit out of the values.</summary>
    public UnitData Read(NamedValues values, int unit)
    {
        var data = new UnitData(Bytes == 0 ? [] : GC.AllocateUninitializedArray<byte>(Bytes), Strings == 0 ? [] : new string[Strings]);
        foreach (ref readonly UnitPort port in _ports.AsSpan())
        {
            if (port.IsText)
            {
                port.StringsOf(values[port.Name], unit).CopyTo(port.StringsOf(data));
            }
            else
            {
                port.BytesOf(values[port.Name], unit).CopyTo(port.BytesOf(data));
            }
        }

        return data;
    }

    /// <summary>Whether a unit of the values equals the data bit by bit.</summary>
    public bool Equal(NamedValues values, int unit, in UnitData data)
    {
        foreach (ref readonly UnitPort port in _ports.AsSpan())
        {
            TensorValue tensor = values[port.Name];
            if (port.IsText ? !port.StringsOf(tensor, unit).SequenceEqual(port.StringsOf(data)) : !port.BytesOf(tensor, unit).SequenceEqual(port.BytesOf(data)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Values of this layout with room for the given number of units; contents undefined.</summary>
    public NamedValues Allocate(int units)
    {
        var values = new NamedValues(_ports.Length);
        foreach (ref readonly UnitPort port in _ports.AsSpan())
        {
            values.SetValue(port.Name, Allocate(port, units));
        }

        return values;
    }

    /// <summary>Copies data into a unit of values made by <see cref="Allocate(int)"/>.</summary>
    public void Write(in UnitData data, NamedValues values, int unit)
    {
        for (int i = 0; i < _ports.Length; i++)
        {
            ref readonly UnitPort port = ref _ports[i];
            var tensor = (TensorValue)values.GetAt(i).Value;
            if (port.IsText)
            {
                port.StringsOf(data).CopyTo(tensor.AsWritableSpan<string>()[(unit * port.Elements)..]);
            }
            else
            {
                port.BytesOf(data).CopyTo(tensor.AsWritableBytes()[(unit * port.Bytes)..]);
            }
        }
    }

    private TensorValue Allocate(in UnitPort port, int units)
    {
        if (Whole)
        {
            return TensorValue.Allocate(port.Type, port.Shape);
        }

        Span<long> shape = stackalloc long[port.Shape.Length + 1];
        shape[0] = units;
        port.Shape.CopyTo(shape[1..]);
        return TensorValue.Allocate(port.Type, shape);
    }

    private static string Describe(UnitPort[] ports, bool whole)
    {
        var text = new StringBuilder(whole ? "call" : "row");
        foreach (UnitPort port in ports)
        {
            // The length before the name keeps names with separators in them apart.
            text.Append('|').Append(port.Name.Length).Append(':').Append(port.Name).Append('=').Append((int)port.Type).Append(TensorShape.Format(port.Shape));
        }

        return text.ToString();
    }
}
