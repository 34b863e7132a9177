namespace Inference.Conformance.Models;

/// <summary>The catalogue of models that the suites run.</summary>
public static class ConformanceModels
{
    /// <summary>Every model, the simplest first.</summary>
    public static IReadOnlyList<ConformanceModel> All { get; } =
    [
        .. FloatModels.All,
        .. ElementTypeModels.All,
        .. StructureModels.All,
    ];

    /// <summary>Seconds of float work on most machines, in matrix products alone: to be cancelled.</summary>
    public static ConformanceModel LongProducts => FloatModels.LongProducts;

    /// <summary>A model that fails on some inputs: an index beyond an axis.</summary>
    public static ConformanceModel GatherOutOfRange => StructureModels.GatherOutOfRange;

    /// <summary>A model that fails on some inputs: matrix products of sizes that do not match.</summary>
    public static ConformanceModel MatMulMismatch => FloatModels.MatMulMismatch;
}
