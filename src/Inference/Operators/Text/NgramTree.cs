namespace Inference.Operators.Text;

/// <summary>Known n-grams by their items, one level an item.</summary>
internal sealed class NgramTree
{
    private Dictionary<long, NgramTree>? _next;

    /// <summary>The number in the pool of the n-gram that ends here; −1 for none.</summary>
    public int Gram { get; private set; } = -1;

    public void Add(ReadOnlySpan<long> items, int gram)
    {
        NgramTree node = this;
        foreach (long item in items)
        {
            node._next ??= [];
            if (!node._next.TryGetValue(item, out NgramTree? child))
            {
                child = new NgramTree();
                node._next.Add(item, child);
            }

            node = child;
        }

        node.Gram = gram;
    }

    public NgramTree? Find(long item) => _next is not null && _next.TryGetValue(item, out NgramTree? child) ? child : null;
}
