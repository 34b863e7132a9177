namespace Inference.Operators.Rules;

/// <summary>
/// A pattern of shapes: <c>[N,C,*D]</c>. A letter stands for one size, the same wherever it appears in an operator's rules; <c>*D</c> for any number of dimensions,
/// the same wherever it appears; <c>*</c> for any number of any sizes; <c>_</c> for any size; a number for itself; <c>C/1</c> for the letter's size or 1.
/// After <c>~</c> the shape broadcasts to the pattern without widening it.
/// </summary>
internal sealed class ShapePattern(IReadOnlyList<DimensionPattern> dimensions, bool isBroadcast)
{
    private readonly int _run = IndexOfRun(dimensions);

    /// <summary>The places, outermost first.</summary>
    public IReadOnlyList<DimensionPattern> Dimensions => dimensions;

    /// <summary>Whether a shape fits, given what letters stand for already; where it does, what else they stand for is added. Sizes that are not known fit.</summary>
    public bool Matches(Dimension[] shape, ShapeBindings bound)
    {
        (int Sizes, int Runs) mark = bound.Mark;
        bool fits = Fits(shape, bound);
        if (!fits)
        {
            bound.Return(mark);
        }

        return fits;
    }

    public override string ToString() => $"{(isBroadcast ? "~" : "")}[{string.Join(",", dimensions)}]";

    private bool Fits(Dimension[] shape, ShapeBindings bound)
    {
        if (isBroadcast)
        {
            return Broadcasts(shape, bound);
        }

        int fixedCount = _run < 0 ? dimensions.Count : dimensions.Count - 1;
        if (_run < 0 ? shape.Length != fixedCount : shape.Length < fixedCount)
        {
            return false;
        }

        int runLength = shape.Length - fixedCount;
        int at = 0;
        for (int i = 0; i < dimensions.Count; i++)
        {
            DimensionPattern pattern = dimensions[i];
            if (pattern.IsRun)
            {
                if (pattern.Variable is { } name && !bound.BindRun(name, shape.AsSpan(at, runLength)))
                {
                    return false;
                }

                at += runLength;
            }
            else if (!Fits(pattern, shape[at++], bound))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fits(DimensionPattern pattern, Dimension dimension, ShapeBindings bound)
    {
        long? size = dimension.Size;
        if (size is null || pattern.Size == size)
        {
            return true;
        }

        return pattern.Variable is { } name ? bound.Bind(name, size.Value) : pattern.Size is null;
    }

    // A letter (or run) that is not bound yet, as its input is absent or its shape not known, lets every size pass.
    private bool Broadcasts(Dimension[] shape, ShapeBindings bound)
    {
        List<Dimension>? target = bound.Resolve(dimensions);
        if (target is null)
        {
            return true;
        }

        if (shape.Length > target.Count)
        {
            return false;
        }

        for (int i = 1; i <= shape.Length; i++)
        {
            if (shape[^i].Size is { } size && size != 1 && target[^i].Size is { } wanted && size != wanted)
            {
                return false;
            }
        }

        return true;
    }

    private static int IndexOfRun(IReadOnlyList<DimensionPattern> dimensions)
    {
        int found = -1;
        for (int i = 0; i < dimensions.Count; i++)
        {
            if (dimensions[i].IsRun)
            {
                found = found < 0 ? i : throw new ArgumentException("A shape pattern can contain at most one run.", nameof(dimensions));
            }
        }

        return found;
    }
}
