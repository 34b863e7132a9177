namespace Inference.Planning;

/// <summary>What a plan is built for: an input's type with its fixed shape, and its contents where the plan holds for those contents alone.</summary>
internal sealed class PlanInput(ModelValueType type, long[]? dims, Tensor? constant)
{
    /// <summary>The type of an input that is not given.</summary>
    public static readonly ModelValueType AbsentType = ModelValueType.Optional(null);

    public static readonly PlanInput Absent = new(AbsentType, null, null);

    public ModelValueType Type => type;

    public long[]? Dims => dims;

    public Tensor? Constant => constant;

    /// <summary>Describes an actual value.</summary>
    public static PlanInput Of(EngineValue value, Tensor? constant) =>
        new(ActualInferContext.TypeOf(value), (value as Tensor)?.Dims.ToArray(), constant);
}
