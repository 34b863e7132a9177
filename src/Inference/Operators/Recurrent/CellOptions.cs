namespace Inference.Operators.Recurrent;

/// <summary>The attributes that RNN, GRU and LSTM share.</summary>
internal sealed class CellOptions
{
    public CellOptions(Node node, CellKind kind, OperatorTable table)
    {
        Kind = kind;
        Direction = node.Attributes.String("direction", "forward").ToUpperInvariant() switch
        {
            "FORWARD" => CellDirection.Forward,
            "REVERSE" => CellDirection.Reverse,
            "BIDIRECTIONAL" => CellDirection.Bidirectional,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'direction': expected forward, reverse or bidirectional, got '{other}'."),
        };
        BatchFirst = node.Attributes.Int("layout", 0) != 0;
        Clip = node.Attributes.Contains("clip") ? node.Attributes.Float("clip") : 0;
        LinearBeforeReset = node.Attributes.Int("linear_before_reset", 0) != 0;
        InputForget = node.Attributes.Int("input_forget", 0) != 0;
        HiddenSize = node.Attributes.Contains("hidden_size") ? node.Attributes.Int("hidden_size") : null;
        if (HiddenSize is < 1 or > int.MaxValue)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'hidden_size': expected a number in [1, {int.MaxValue}], got {HiddenSize}.");
        }

        Activations = ReadActivations(node, kind, Directions, table.Cells);
    }

    public CellKind Kind { get; }

    public CellDirection Direction { get; }

    public int Directions => Direction == CellDirection.Bidirectional ? 2 : 1;

    /// <summary>layout = 1: the batch is the first axis of everything.</summary>
    public bool BatchFirst { get; }

    /// <summary>Bound on what goes into activations; 0 for none.</summary>
    public float Clip { get; }

    public bool LinearBeforeReset { get; }

    public bool InputForget { get; }

    public long? HiddenSize { get; }

    /// <summary>f (, g (, h)) for each direction.</summary>
    public UnaryCall[] Activations { get; }

    /// <summary>Activations a direction has.</summary>
    public int PerDirection => Kind switch { CellKind.Rnn => 1, CellKind.Gru => 2, _ => 3 };

    private static UnaryCall[] ReadActivations(Node node, CellKind kind, int directions, IReadOnlyDictionary<string, UnaryTrait> cells)
    {
        string[] defaults = kind switch
        {
            CellKind.Rnn => ["Tanh"],
            CellKind.Gru => ["Sigmoid", "Tanh"],
            _ => ["Sigmoid", "Tanh", "Tanh"],
        };
        string[] names = node.Attributes.Strings("activations") is { Length: > 0 } given ? given : directions == 2 ? [.. defaults, .. defaults] : defaults;
        if (names.Length != defaults.Length * directions)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'activations': expected {defaults.Length * directions} names, got {names.Length}.");
        }

        // Each function takes the parameters that it has from the front of the lists.
        Queue<float>[] parameters = [new(node.Attributes.Floats("activation_alpha") ?? []), new(node.Attributes.Floats("activation_beta") ?? [])];
        var result = new UnaryCall[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (!cells.TryGetValue(names[i], out UnaryTrait? cell))
            {
                throw new ModelLoadException($"attribute 'activations': expected {string.Join(", ", cells.Keys.Order(StringComparer.Ordinal))}, got '{names[i]}'.");
            }

            int next = 0;
            result[i] = cell.Form.Of(p => parameters[next++].TryDequeue(out float value) ? value : p.Default);
        }

        return result;
    }
}
