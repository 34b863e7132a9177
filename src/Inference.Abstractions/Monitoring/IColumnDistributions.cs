namespace Inference.Monitoring;

/// <summary>The distributions of a model's columns, then and now. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IColumnDistributions
{
    /// <summary>Returns the distribution of a column; null if there is no such column, or nothing was counted.</summary>
    /// <param name="column">The column: <see cref="ColumnSnapshot.Name"/>.</param>
    ColumnDistribution? Find(string column);
}
