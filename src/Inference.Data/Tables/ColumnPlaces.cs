using System.Globalization;
using Inference.Data.Contract;

namespace Inference.Data.Tables;

/// <summary>Finds columns of a table by name, and those that make one vector: <c>name[0]</c>, <c>name[1]</c>… Linear in the number of columns.</summary>
internal sealed class ColumnPlaces
{
    private readonly ITable _table;
    private readonly Dictionary<string, int> _byName;

    public ColumnPlaces(ITable table)
    {
        _table = table;
        _byName = new Dictionary<string, int>(table.Cells.Count, StringComparer.Ordinal);
        for (int i = 0; i < table.Cells.Count; i++)
        {
            if (!_byName.TryAdd(table.Cells[i].Name, i))
            {
                throw new DataException($"{table.Name}: expected each column once, got '{table.Cells[i].Name}' as columns {_byName[table.Cells[i].Name] + 1} and {i + 1}. Rename one of them.");
            }
        }

        Groups = Grouped();
    }

    /// <summary>Every column, individually or as part of a vector, in the order of the first columns.</summary>
    public IReadOnlyList<(string Name, bool IsVector, int[] Columns)> Groups { get; }

    /// <summary>The index of a column; −1 if there is none.</summary>
    public int Find(string name) => _byName.GetValueOrDefault(name, -1);

    /// <summary>The indices of a field's columns. A name may also refer to a vector of that name.</summary>
    /// <exception cref="DataException">A column is not there.</exception>
    public int[] Of(DataField field) => [.. (field.Columns.Count == 0 ? [field.Name] : field.Columns).SelectMany(column => Find(column) is var at and >= 0
        ? [at]
        : Vector(column) ?? throw new DataException(_table.Unreadable.TryGetValue(column, out string? reason)
            ? $"{_table.Name}, column '{column}': {reason}"
            : $"{_table.Name}: expected the column '{column}' of the field '{field.Name}', got {DataSourceExtensions.Names(_table.Cells.Select(static c => c.Name))}. Correct the schema or the table."))];

    /// <summary>The columns <c>name[0]</c>, <c>name[1]</c>…; null if there are none.</summary>
    public int[]? Vector(string name) => Groups.FirstOrDefault(group => group.IsVector && group.Name == name).Columns;

    private List<(string Name, bool IsVector, int[] Columns)> Grouped()
    {
        var order = new List<(string Name, bool IsVector)>();
        var parts = new Dictionary<(string Name, bool IsVector), List<(int Index, int Place)>>();
        for (int place = 0; place < _table.Cells.Count; place++)
        {
            string name = _table.Cells[place].Name;
            int bracket = name.EndsWith(']') ? name.LastIndexOf('[') : -1;
            int index = 0;
            bool isPart = bracket > 0 && int.TryParse(name.AsSpan(bracket + 1, name.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out index);
            (string, bool) key = (isPart ? name[..bracket] : name, isPart);
            if (!parts.TryGetValue(key, out List<(int Index, int Place)>? list))
            {
                parts[key] = list = [];
                order.Add(key);
            }

            list.Add((index, place));
        }

        return [.. order.Select(key => (key.Name, key.IsVector, Sorted(key.Name, parts[key])))];
    }

    // The numbers determine the order and must be consecutive from 0: a gap would shift every later weight.
    private int[] Sorted(string name, List<(int Index, int Place)> parts)
    {
        parts.Sort();
        for (int i = 0; parts.Count > 1 && i < parts.Count; i++)
        {
            if (parts[i].Index != i)
            {
                throw new DataException($"{_table.Name}: expected the columns {name}[0] to {name}[{parts.Count - 1}], got no {name}[{i}]. Number them from 0 without gaps, or list the columns in a schema.");
            }
        }

        return [.. parts.Select(static part => part.Place)];
    }
}
