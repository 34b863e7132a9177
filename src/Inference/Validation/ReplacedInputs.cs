namespace Inference.Validation;

/// <summary>The inputs of a call with some of them replaced by copies; disposes only the copies.</summary>
internal sealed class ReplacedInputs : IDisposable
{
    private readonly List<TensorValue> _copies = [];

    public ReplacedInputs(NamedValues inputs)
    {
        Values = new NamedValues(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            Values.SetValue(inputs.GetAt(i).Key, inputs.GetAt(i).Value);
        }
    }

    public NamedValues Values { get; }

    public void Replace(string name, TensorValue copy)
    {
        _copies.Add(copy);
        Values.SetValue(name, copy);
    }

    public void Dispose()
    {
        foreach (TensorValue copy in _copies)
        {
            copy.Dispose();
        }
    }
}
