namespace Inference.Monitoring.Feedback;

/// <summary>Reads columns of one input or output of a call.</summary>
internal interface IColumnCapture
{
    /// <summary>Whether it is an output.</summary>
    bool IsOutput { get; }

    /// <summary>Whether its columns are texts.</summary>
    bool IsText { get; }

    /// <summary>Reads rows into a slot: what is not there is NaN or null.</summary>
    /// <param name="values">The inputs or outputs.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="stride">The numbers or texts of a row.</param>
    void Read(NamedValues values, PredictionSlot slot, int stride);
}
