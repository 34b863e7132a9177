namespace Inference.TestSupport.Covering;

/// <summary>One option of an <see cref="OptionSpace"/>.</summary>
/// <param name="name">What the option is called in the report.</param>
/// <param name="first">Number of its first value among the values of all options.</param>
/// <param name="count">How many values it has.</param>
internal abstract class Option(string name, int first, int count)
{
    public string Name => name;

    public int First => first;

    public int Count => count;

    /// <summary>Which value the row that runs has.</summary>
    public int Current { get; set; }

    /// <summary>Whether the row that runs has looked at it: what a test does not read, it does not cover.</summary>
    public bool WasRead { get; protected set; }

    /// <summary>Starts a row.</summary>
    public void Set(int value)
    {
        Current = value;
        WasRead = false;
    }

    public abstract string Show(int value);
}

/// <summary>An option with its values.</summary>
internal sealed class Option<T>(string name, int first, T[] values) : Option(name, first, values.Length)
{
    /// <summary>The value of the row that runs.</summary>
    public T Value
    {
        get
        {
            WasRead = true;
            return values[Current];
        }
    }

    public T At(int value) => values[value];

    public override string Show(int value) => values[value] is System.Collections.IEnumerable and not string
        ? string.Join('·', ((System.Collections.IEnumerable)values[value]!).Cast<object>())
        : $"{values[value]}";
}
