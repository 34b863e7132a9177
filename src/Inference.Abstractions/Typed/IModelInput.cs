namespace Inference;

/// <summary>One row of a model's inputs. Implemented by the source generator for types with <see cref="ModelInputAttribute"/>.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IModelInput<TSelf>
    where TSelf : IModelInput<TSelf>
{
    /// <summary>Adds a column for each property.</summary>
    /// <param name="columns">Takes the columns.</param>
    /// <param name="rows">The rows.</param>
    static abstract void AddColumns(ModelInputColumns columns, IReadOnlyList<TSelf> rows);
}
