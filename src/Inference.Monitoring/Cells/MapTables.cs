using System.Globalization;

namespace Inference.Monitoring.Cells;

/// <summary>
/// Turns outputs that are maps, one for each row, into tensors with one element for each key: what a classifier returns as a sequence of maps from class to probability is then watched as <c>output[class]</c>. Immutable; thread-safe.
/// </summary>
/// <remarks>A key that a row's map lacks is NaN; a key that the reference has not is left out.</remarks>
internal sealed class MapTables
{
    // A larger map is a bag of words rather than classes; its keys would make a profile larger than its counts.
    private const int MaxKeys = 4_096;
    private readonly Dictionary<string, Table> _tables;

    private MapTables(Dictionary<string, string[]> keys) => _tables = keys.ToDictionary(static k => k.Key, static k => new Table(k.Value), StringComparer.Ordinal);

    /// <summary>The tables of a profile's columns; null if it has no maps.</summary>
    public static MapTables? Of(IEnumerable<ColumnDefinition> columns)
    {
        Dictionary<string, string[]> keys = columns.Where(static c => c.MapKeys.Length > 0).ToDictionary(static c => c.Tensor, static c => c.MapKeys, StringComparer.Ordinal);
        return keys.Count == 0 ? null : new MapTables(keys);
    }

    /// <summary>The tables of outputs; null if none is a map.</summary>
    /// <param name="outputs">The outputs of calls.</param>
    public static MapTables? Learn(IEnumerable<NamedValues> outputs)
    {
        var texts = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var others = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, ModelValue value) in outputs.SelectMany(static o => o))
        {
            foreach (MapValue map in MapsOf(value) ?? [])
            {
                if (!texts.TryGetValue(name, out HashSet<string>? own))
                {
                    texts.Add(name, own = new HashSet<string>(StringComparer.Ordinal));
                }

                for (int i = 0; i < map.Count && own.Count <= MaxKeys; i++)
                {
                    own.Add(KeyOf(map.Keys, i));
                }

                if (!ElementReader.IsNumeric(map.Values.ElementType))
                {
                    others.Add(name);
                }
            }
        }

        Dictionary<string, string[]> keys = texts.Where(t => t.Value.Count is > 0 and <= MaxKeys && !others.Contains(t.Key)).ToDictionary(static t => t.Key, static t => Order(t.Value), StringComparer.Ordinal);
        return keys.Count == 0 ? null : new MapTables(keys);
    }

    /// <summary>The keys of an output, in the order of the elements; empty if it is no map.</summary>
    public string[] KeysOf(string name) => _tables.TryGetValue(name, out Table? table) ? table.Keys : [];

    /// <summary>Returns outputs in which maps are tensors, and the others are retained; null if there is nothing to turn.</summary>
    public NamedValues? Flatten(NamedValues? outputs)
    {
        if (outputs is null || !outputs.Any(o => _tables.ContainsKey(o.Key) && o.Value is not TensorValue))
        {
            return null;
        }

        var flat = new NamedValues(outputs.Count);
        try
        {
            foreach ((string name, ModelValue value) in outputs)
            {
                flat.Add(name, _tables.TryGetValue(name, out Table? table) && MapsOf(value) is { } maps ? table.ToTensor(maps) : value.Retain());
            }

            return flat;
        }
        catch
        {
            flat.Dispose();
            throw;
        }
    }

    // One map for each row; null for a value that is something else.
    private static IReadOnlyList<MapValue>? MapsOf(ModelValue value) => value switch
    {
        MapValue map => [map],
        SequenceValue sequence when sequence.Items.All(static i => i is MapValue) => [.. sequence.Items.Cast<MapValue>()],
        _ => null,
    };

    private static string KeyOf(TensorValue keys, int place) => keys.ElementType == ElementType.String ? keys.AsSpan<string>()[place] ?? "" : keys.AsSpan<long>()[place].ToString(CultureInfo.InvariantCulture);

    // As labels are ordered: numbers by their size.
    private static string[] Order(HashSet<string> keys) => keys.All(static k => IsNumber(k, out _)) ? [.. keys.OrderBy(static k => long.Parse(k, CultureInfo.InvariantCulture))] : [.. keys.Order(StringComparer.Ordinal)];

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private sealed class Table
    {
        private readonly Dictionary<string, int> _texts;
        private readonly Dictionary<long, int> _numbers = [];

        public Table(string[] keys)
        {
            Keys = keys;
            _texts = keys.Select(static (k, i) => (k, i)).ToDictionary(static k => k.k, static k => k.i, StringComparer.Ordinal);
            foreach ((string key, int place) in _texts)
            {
                if (IsNumber(key, out long number))
                {
                    _numbers.TryAdd(number, place);
                }
            }
        }

        public string[] Keys { get; }

        public TensorValue ToTensor(IReadOnlyList<MapValue> maps)
        {
            TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [maps.Count, Keys.Length]);
            try
            {
                Span<float> elements = tensor.AsWritableSpan<float>();
                elements.Fill(float.NaN);
                for (int row = 0; row < maps.Count; row++)
                {
                    Fill(maps[row], elements.Slice(row * Keys.Length, Keys.Length));
                }

                return tensor;
            }
            catch
            {
                tensor.Dispose();
                throw;
            }
        }

        private void Fill(MapValue map, Span<float> row)
        {
            bool texts = map.Keys.ElementType == ElementType.String;
            double value = 0;
            for (int i = 0; i < map.Count; i++)
            {
                if (texts ? _texts.TryGetValue(map.Keys.AsSpan<string>()[i] ?? "", out int place) : _numbers.TryGetValue(map.Keys.AsSpan<long>()[i], out place))
                {
                    ElementReader.Read(map.Values, i, 1, new Span<double>(ref value));
                    row[place] = (float)value;
                }
            }
        }
    }
}
