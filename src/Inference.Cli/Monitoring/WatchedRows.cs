namespace Inference.Cli.Monitoring;

/// <summary>Consecutive rows as a monitored model sees them. Disposing them disposes the values.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs; null if there are none.</param>
/// <param name="Labels">One label for each row; null for none.</param>
/// <param name="FirstRow">The index of the first row, from 0.</param>
/// <param name="Rows">The number of rows.</param>
internal sealed record WatchedRows(NamedValues Inputs, NamedValues? Outputs, TensorValue? Labels, long FirstRow, int Rows) : IDisposable
{
    public void Dispose()
    {
        Inputs.Dispose();
        Outputs?.Dispose();
        Labels?.Dispose();
    }
}
