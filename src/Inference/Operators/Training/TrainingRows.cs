namespace Inference.Operators.Training;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class TrainingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Training, "Adagrad", 1, "R:floating[]|[1] T:int64[]|[1] inputs:floating...", n => new Adagrad(n)),
        new(Domains.Training, "Adam", 1, "R:floating[]|[1] T:int64[]|[1] inputs:floating...", n => new Adam(n)),
        new(Domains.Training, "Momentum", 1, "R:floating[]|[1] T:int64[]|[1] inputs:floating...", n => new Momentum(n)),
    ];
}
