namespace Inference.Evaluation.Reading;

/// <summary>Creates columns from model values.</summary>
internal static class ValueColumns
{
    /// <summary>Creates the column of a value; null with the reason if it cannot be read by rows.</summary>
    public static ValueColumn? Of(string name, ModelValue value, out string reason)
    {
        reason = "";
        switch (value)
        {
            case TensorValue tensor:
                return Of(name, tensor, out reason);
            case SequenceValue sequence when sequence.Count > 0 && sequence.Items.All(static i => i is MapValue):
                return OfMaps(name, [.. sequence.Items.Cast<MapValue>()], out reason);
            case OptionalValue { HasValue: true } optional:
                return Of(name, optional.Value!, out reason);
            default:
                reason = $"a {value.Kind} that is neither a tensor nor a sequence of maps";
                return null;
        }
    }

    /// <summary>Creates the column of a tensor; null with the reason if it has no rows, or holds neither numbers nor texts.</summary>
    public static ValueColumn? Of(string name, TensorValue tensor, out string reason)
    {
        reason = "";
        if (tensor.Rank == 0)
        {
            reason = "a single value, not rows";
            return null;
        }

        ColumnKind? kind = Kind(tensor.ElementType);
        if (kind is null)
        {
            reason = $"{tensor.ElementType.Name()} is neither number nor text";
            return null;
        }

        return new ValueColumn
        {
            Name = name,
            Kind = kind.Value,
            Rows = (int)tensor.Shape[0],
            RowShape = [.. tensor.Shape[1..].ToArray().Select(static d => (int)d)],
            Numbers = kind == ColumnKind.Text ? [] : TensorNumbers.Of(tensor),
            Texts = kind == ColumnKind.Text ? tensor.AsSpan<string>().ToArray() : [],
            Description = tensor.ToString(),
        };
    }

    /// <summary>Concatenates the columns of several batches.</summary>
    /// <exception cref="EvaluationException">Their rows differ in shape or type.</exception>
    public static ValueColumn Join(IReadOnlyList<ValueColumn> parts)
    {
        ValueColumn first = parts[0];
        if (parts.Count == 1)
        {
            return first;
        }

        foreach (ValueColumn part in parts)
        {
            if (part.Kind != first.Kind || !part.RowShape.SequenceEqual(first.RowShape) || !part.Keys.SequenceEqual(first.Keys))
            {
                throw new EvaluationException($"'{first.Name}': expected rows of one shape and type in every batch, got {first.Description} and {part.Description}. Pass rows of one shape.");
            }
        }

        return new ValueColumn
        {
            Name = first.Name,
            Kind = first.Kind,
            Rows = parts.Sum(static p => p.Rows),
            RowShape = first.RowShape,
            Numbers = [.. parts.SelectMany(static p => p.Numbers)],
            Texts = [.. parts.SelectMany(static p => p.Texts)],
            Keys = first.Keys,
            Description = first.Description,
        };
    }

    private static ValueColumn? OfMaps(string name, MapValue[] maps, out string reason)
    {
        reason = "";
        string[][] keys = [.. maps.Select(static m => Keys(m.Keys))];
        string[] all = keys[0];
        var places = all.Select(static (key, place) => (key, place)).ToDictionary(static p => p.key, static p => p.place, StringComparer.Ordinal);
        var numbers = new double[maps.Length * all.Length];
        for (int row = 0; row < maps.Length; row++)
        {
            if (maps[row].Values.ElementType == ElementType.String || keys[row].Length != all.Length)
            {
                reason = $"maps that hold {maps[row].Values.ElementType.Name()} under {keys[row].Length} keys; expected numbers under the {all.Length} keys of the first row";
                return null;
            }

            double[] values = TensorNumbers.Of(maps[row].Values);
            for (int i = 0; i < all.Length; i++)
            {
                if (!places.TryGetValue(keys[row][i], out int place))
                {
                    reason = $"maps of different keys: '{keys[row][i]}' in row {row} is not in the first row";
                    return null;
                }

                numbers[(row * all.Length) + place] = values[i];
            }
        }

        return new ValueColumn { Name = name, Kind = ColumnKind.Map, Rows = maps.Length, RowShape = [all.Length], Numbers = numbers, Keys = all, Description = $"sequence(map) with {all.Length} keys" };
    }

    private static string[] Keys(TensorValue keys) => keys.ElementType == ElementType.String ? keys.AsSpan<string>().ToArray() : Array.ConvertAll(TensorNumbers.Of(keys), ValueColumn.Write);

    private static ColumnKind? Kind(ElementType type) => type switch
    {
        ElementType.String => ColumnKind.Text,
        ElementType.Bool => ColumnKind.Boolean,
        ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16 => ColumnKind.Real,
        ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 => ColumnKind.Whole,
        _ => null,
    };
}
