namespace Inference.Operators.Images;

/// <summary>Boxes by score, highest first; equal scores by index. Taking the few best of many costs little more than looking at each. Not thread-safe.</summary>
internal sealed class ScoreHeap
{
    // A step moves down a heap, some comparisons deep: about four steps.
    private const int CheckEvery = (int)(KernelContext.CheckEvery / 4);

    private readonly List<(float Score, int Box)> _items = [];
    private int _budget;

    public void Clear() => _items.Clear();

    /// <summary>Adds a box; <see cref="Order"/> comes before the first is taken.</summary>
    public void Add(float score, int box) => _items.Add((score, box));

    /// <summary>Puts the boxes added in order.</summary>
    public void Order(KernelContext context)
    {
        for (int i = (_items.Count / 2) - 1; i >= 0; i--)
        {
            Sink(context, i);
        }
    }

    /// <summary>Takes the best; false when none is left.</summary>
    public bool TryTake(KernelContext context, out int box)
    {
        box = -1;
        if (_items.Count == 0)
        {
            return false;
        }

        box = _items[0].Box;
        _items[0] = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        Sink(context, 0);
        return true;
    }

    private static bool IsBefore((float Score, int Box) x, (float Score, int Box) y)
    {
        int order = x.Score.CompareTo(y.Score);
        return order != 0 ? order > 0 : x.Box < y.Box;
    }

    private void Sink(KernelContext context, int at)
    {
        if (--_budget < 0)
        {
            context.ThrowIfCancelled();
            _budget = CheckEvery;
        }

        while ((2 * (long)at) + 1 < _items.Count)
        {
            int child = (2 * at) + 1;
            if (child + 1 < _items.Count && IsBefore(_items[child + 1], _items[child]))
            {
                child++;
            }

            if (!IsBefore(_items[child], _items[at]))
            {
                return;
            }

            (_items[at], _items[child]) = (_items[child], _items[at]);
            at = child;
        }
    }
}
