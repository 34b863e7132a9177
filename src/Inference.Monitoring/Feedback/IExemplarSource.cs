namespace Inference.Monitoring;

/// <summary>Rows that are examples of a change. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IExemplarSource
{
    /// <summary>The rows that are kept at present, by column; empty unless <see cref="ExemplarOptions.Enabled"/>.</summary>
    IReadOnlyList<Exemplar> Exemplars { get; }
}
