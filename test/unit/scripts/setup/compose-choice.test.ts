import { describe, expect, it } from 'vitest';
import { buildArguments, choosePackage, GO_MODULE, releaseAddress } from '../../../../scripts/setup/compose-choice.mjs';

describe('scripts/setup/compose-choice', () => {
  it("Docker's own package comes first, then Ubuntu's", () => {
    expect(choosePackage({ 'docker-compose-plugin': '2.39.1-1~debian.12', 'docker-compose-v2': '2.37.1' })).toBe(
      'docker-compose-plugin',
    );
    expect(choosePackage({ 'docker-compose-v2': '2.37.1+ds1' })).toBe('docker-compose-v2');
  });

  it('the package of the old Compose is not one, the same name in a newer distribution is', () => {
    expect(choosePackage({ 'docker-compose': '1.29.2-3' })).toBeUndefined();
    expect(choosePackage({ 'docker-compose': '2.26.1-4' })).toBe('docker-compose');
  });

  it('no package at all is none', () => {
    expect(choosePackage({})).toBeUndefined();
  });

  it('the program of the release is for this machine', () => {
    expect(releaseAddress('linux', 'arm64')).toMatch(/v2\.40\.3\/docker-compose-linux-aarch64$/);
    expect(releaseAddress('linux', 'x64')).toMatch(/linux-x86_64$/);
    expect(releaseAddress('darwin', 'x64')).toBeUndefined();
    expect(releaseAddress('linux', 's390')).toBeUndefined();
  });

  it('the module and the build are of one version', () => {
    expect(GO_MODULE).toContain('require github.com/docker/compose/v2 v2.40.3');
    expect(buildArguments('/x/docker-compose')).toContain(
      '-s -w -X github.com/docker/compose/v2/internal.Version=v2.40.3',
    );
  });
});
