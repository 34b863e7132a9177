namespace Inference.TestSupport.Covering;

/// <summary>One row of the array over an <see cref="OptionSpace"/>, read by one draw; several may be read at a time.</summary>
/// <param name="space">Whose options it holds.</param>
/// <param name="values">The value of each option.</param>
internal sealed class OptionRow(OptionSpace space, int[] values)
{
    private readonly bool[] _read = new bool[values.Length];

    public OptionSpace Space => space;

    /// <summary>The pairs of values that were read so far.</summary>
    public IEnumerable<(int A, int B)> Pairs
    {
        get
        {
            int[] read = [.. Enumerable.Range(0, values.Length).Where(o => _read[o]).Select(o => space.Options[o].First + values[o])];
            return read.SelectMany((a, i) => read.Skip(i + 1).Select(b => (a, b)));
        }
    }

    /// <summary>The value of an option.</summary>
    public T Get<T>(Option<T> option)
    {
        int at = space.IndexOf(option);
        _read[at] = true;
        return option.At(values[at]);
    }

    public override string ToString() => string.Join(", ", space.Options.Select((o, i) => $"{o.Name} {o.Show(values[i])}"));
}
