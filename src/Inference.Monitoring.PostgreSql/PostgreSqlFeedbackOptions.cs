using System.ComponentModel.DataAnnotations;

namespace Inference.Monitoring.PostgreSql;

/// <summary>Options of feedback in PostgreSQL.</summary>
public sealed class PostgreSqlFeedbackOptions
{
    /// <summary>The schema of the tables unless another one is given.</summary>
    public const string DefaultSchema = "inference";

    /// <summary>The connection string; required.</summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>The schema of the tables, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores.</summary>
    [Required]
    [StringLength(63)]
    public string Schema { get; set; } = DefaultSchema;
}
