-- The tables and queries that Microsoft.Orleans.Clustering.AdoNet asks a database for: rows of OrleansQuery, by key, over tables of our own.
-- A change of a member and of the table's version is one statement: both happen, or neither.
CREATE TABLE IF NOT EXISTS cluster_version (deployment text PRIMARY KEY, version integer NOT NULL);
CREATE TABLE IF NOT EXISTS cluster_member (
  deployment text NOT NULL, address text NOT NULL, port integer NOT NULL, generation integer NOT NULL, siloname text NOT NULL, hostname text NOT NULL, status integer NOT NULL, proxyport integer,
  suspecttimes text, starttime timestamptz NOT NULL, iamalivetime timestamptz NOT NULL, PRIMARY KEY (deployment, address, port, generation));
CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('GatewaysQueryKey', $q$
  SELECT address, proxyport, generation FROM cluster_member WHERE deployment = @DeploymentId AND status = @Status AND proxyport > 0
$q$),
('MembershipReadRowKey', $q$
  SELECT v.deployment, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime, m.iamalivetime, v.version
  FROM cluster_version v LEFT JOIN cluster_member m ON m.deployment = v.deployment AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
  WHERE v.deployment = @DeploymentId
$q$),
('MembershipReadAllKey', $q$
  SELECT v.deployment, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime, m.iamalivetime, v.version
  FROM cluster_version v LEFT JOIN cluster_member m ON m.deployment = v.deployment WHERE v.deployment = @DeploymentId
$q$),
('InsertMembershipVersionKey', $q$
  WITH made AS (INSERT INTO cluster_version (deployment, version) VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) > 0 FROM made
$q$),
('InsertMembershipKey', $q$
  WITH turn AS (
    UPDATE cluster_version SET version = version + 1 WHERE deployment = @DeploymentId AND version = @Version
      AND NOT EXISTS (SELECT 1 FROM cluster_member WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING 1),
  made AS (
    INSERT INTO cluster_member (deployment, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM turn RETURNING 1)
  SELECT count(*) > 0 FROM made
$q$),
('UpdateMembershipKey', $q$
  WITH turn AS (UPDATE cluster_version SET version = version + 1 WHERE deployment = @DeploymentId AND version = @Version RETURNING 1),
  changed AS (
    UPDATE cluster_member SET status = @Status, suspecttimes = CAST(@SuspectTimes AS text), iamalivetime = @IAmAliveTime FROM turn
    WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation RETURNING 1)
  SELECT count(*) > 0 FROM changed
$q$),
('UpdateIAmAlivetimeKey', $q$
  UPDATE cluster_member SET iamalivetime = @IAmAliveTime WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$q$),
('DeleteMembershipTableEntriesKey', $q$
  WITH gone AS (DELETE FROM cluster_member WHERE deployment = @DeploymentId) DELETE FROM cluster_version WHERE deployment = @DeploymentId
$q$),
('CleanupDefunctSiloEntriesKey', $q$
  DELETE FROM cluster_member WHERE deployment = @DeploymentId AND iamalivetime < @IAmAliveTime AND status = 6
$q$),
('CleanupDefunctSiloEntryKey', $q$
  DELETE FROM cluster_member WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status = 6
    AND starttime = @StartTime AND iamalivetime = @IAmAliveTime
$q$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;
