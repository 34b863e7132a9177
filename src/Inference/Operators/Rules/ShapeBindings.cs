namespace Inference.Operators.Rules;

/// <summary>What the letters of an operator's shape patterns stand for in one node. Not thread-safe.</summary>
internal sealed class ShapeBindings
{
    private readonly List<(string Name, long Size)> _sizes = [];
    private readonly List<(string Name, Dimension[] Dimensions)> _runs = [];

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        _sizes.Clear();
        _runs.Clear();
    }

    /// <summary>Where the bindings stand, to go back to when a pattern does not fit.</summary>
    public (int Sizes, int Runs) Mark => (_sizes.Count, _runs.Count);

    /// <summary>Forgets what was bound since a mark.</summary>
    public void Return((int Sizes, int Runs) mark)
    {
        _sizes.RemoveRange(mark.Sizes, _sizes.Count - mark.Sizes);
        _runs.RemoveRange(mark.Runs, _runs.Count - mark.Runs);
    }

    /// <summary>Binds a letter; false where it stands for another size already.</summary>
    public bool Bind(string name, long size)
    {
        long? known = FindSize(name);
        if (known is null)
        {
            _sizes.Add((name, size));
        }

        return known is null || known == size;
    }

    /// <summary>Binds a run; false where it stands for other sizes already.</summary>
    public bool BindRun(string name, ReadOnlySpan<Dimension> dimensions)
    {
        Dimension[]? known = FindRun(name);
        if (known is null)
        {
            _runs.Add((name, dimensions.ToArray()));
            return true;
        }

        if (known.Length != dimensions.Length)
        {
            return false;
        }

        for (int i = 0; i < known.Length; i++)
        {
            if (!ShapeMath.Compatible(known[i], dimensions[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The shape a pattern stands for; unknown sizes where a letter is not bound, null where a run is not.</summary>
    public List<Dimension>? Resolve(IReadOnlyList<DimensionPattern> pattern)
    {
        var shape = new List<Dimension>(pattern.Count);
        foreach (DimensionPattern dimension in pattern)
        {
            if (dimension.IsRun)
            {
                Dimension[]? run = dimension.Variable is { } letters ? FindRun(letters) : null;
                if (run is null)
                {
                    return null;
                }

                shape.AddRange(run);
            }
            else
            {
                shape.Add(dimension.Variable is { } name && FindSize(name) is { } size ? Dimension.Fixed(size)
                    : dimension.Size is { } stated ? Dimension.Fixed(stated)
                    : Dimension.Unknown);
            }
        }

        return shape;
    }

    /// <summary>What is bound, for messages: <c>C = 3, D = [2,2]</c>.</summary>
    public override string ToString() =>
        string.Join(", ", _sizes.Select(s => $"{s.Name} = {s.Size}").Concat(_runs.Select(r => $"{r.Name} = [{string.Join(",", r.Dimensions)}]")));

    private long? FindSize(string name)
    {
        foreach ((string bound, long size) in _sizes)
        {
            if (bound == name)
            {
                return size;
            }
        }

        return null;
    }

    private Dimension[]? FindRun(string name)
    {
        foreach ((string bound, Dimension[] dimensions) in _runs)
        {
            if (bound == name)
            {
                return dimensions;
            }
        }

        return null;
    }
}
