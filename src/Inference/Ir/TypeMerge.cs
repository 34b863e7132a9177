namespace Inference.Ir;

/// <summary>Joins what is declared of a value with what was inferred: for showing, and for what contradicts.</summary>
internal static class TypeMerge
{
    /// <summary>The more precise of both, dimension by dimension; the inferred one wins where both are fixed and differ in rank or size, since files carry stale shapes.</summary>
    /// <param name="declared">What the file says; null for nothing.</param>
    /// <param name="inferred">What the operator says.</param>
    /// <param name="conflict">Set where kinds or element types contradict each other.</param>
    public static ModelValueType Merge(ModelValueType? declared, ModelValueType inferred, out string? conflict)
    {
        conflict = null;
        if (declared is null)
        {
            return inferred;
        }

        if (declared.Kind != inferred.Kind)
        {
            conflict = $"declared as {declared}, but the operator returns {inferred}.";
            return declared;
        }

        if (inferred.Kind != ModelValueKind.Tensor)
        {
            return inferred.Element is null && declared.Element is not null ? declared : inferred;
        }

        if (inferred.ElementType == ElementType.Undefined)
        {
            inferred = inferred with { ElementType = declared.ElementType };
        }
        else if (declared.ElementType != ElementType.Undefined && declared.ElementType != inferred.ElementType)
        {
            conflict = $"declared as {declared.ElementType.Name()}, but the operator returns {inferred.ElementType.Name()}.";
            return declared;
        }

        if (inferred.Shape is null || declared.Shape is null || inferred.Shape.Count != declared.Shape.Count)
        {
            return inferred with { Shape = inferred.Shape ?? declared.Shape };
        }

        var merged = new Dimension[inferred.Shape.Count];
        for (int i = 0; i < merged.Length; i++)
        {
            Dimension known = inferred.Shape[i];
            Dimension stated = declared.Shape[i];
            merged[i] = known.IsFixed ? known : stated.IsFixed ? stated : known.Symbol is not null ? known : stated;
        }

        return inferred with { Shape = merged };
    }
}
