namespace Inference.Evaluation.Metrics;

/// <summary>The contribution of one row to the sums of a metric: a few (index, value) pairs, before the row's weight is applied.</summary>
internal sealed class RowTerms
{
    private readonly List<(int Index, double Value)> _items = [];

    public IReadOnlyList<(int Index, double Value)> Items => _items;

    public void Clear() => _items.Clear();

    public void Add(int index, double value)
    {
        if (value != 0)
        {
            _items.Add((index, value));
        }
    }

    /// <summary>Adds a · b without rounding, as two terms.</summary>
    public void AddProduct(int index, double a, double b)
    {
        double product = a * b;
        Add(index, product);
        if (double.IsFinite(product))
        {
            Add(index, Math.FusedMultiplyAdd(a, b, -product));
        }
    }
}
