import type { overview as en } from '../en/overview.ts';
import type { Translation } from '../message.ts';

export const overview: Translation<typeof en> = {
  'overview.title': '개요',
  'overview.hostStrip': '호스트와 그 사용량',
  'overview.kernel': 'Linux {release}',
  'overview.read': '읽기 {rate}',
  'overview.write': '쓰기 {rate}',
  'overview.receive': '받음 {rate}',
  'overview.send': '보냄 {rate}',
  'overview.sameScale': '양쪽 선체의 눈금이 같습니다: CPU 0–{cores}코어, 메모리 0–{memory}',

  'overview.running': '{total}개 중 {running}개 실행 중',
  'overview.average': '하나에 {value}',
  'overview.startMedianHelp': '요청부터 실행까지 걸린 시간의 중앙값이며, 한 번만 하는 디스크 만들기는 뺍니다',
  'overview.noContainers': '아직 컨테이너가 없습니다. 이미지를 실행하면 여기에 나타납니다.',
  'overview.noVms': '아직 가상 머신이 없습니다. 이미지를 실행하면 여기에 나타납니다.',
  'overview.twins': '쌍둥이: {container}와(과) {vm}은(는) 같은 이미지를 실행합니다',

  'overview.sharedKernel': '호스트의 커널 {release} 공유',
  'overview.sharedKernelUnknown': '호스트의 커널 공유',
  'overview.ownKernel': '자체 커널 {release}',
  'overview.ownKernelUnknown': '자체 커널',

  'start.running': '실행까지 {timing}',
  'start.booted': '부팅 {timing}',
  'start.cloned': '복제 {timing}',
  'start.warmed': '웜 복제 {timing}',
  'start.firstOutput': '첫 출력 {timing}',
  'start.preparation': '디스크 만들기 {timing}',
  'start.helpPrepared': '디스크가 준비된 순간부터 잰 시간',
  'start.helpBooted': '커널을 새로 부팅했습니다',
  'start.helpCloned': '템플릿에서 이어서 시작했습니다. 커널이 이미 떠 있는 게스트이며, 메모리는 쓰기 전까지 공유합니다',
  'start.helpWarmed': '워크로드가 이미 실행 중인 템플릿에서 이어서 시작했습니다. 엔트리포인트는 새로 실행하지 않았습니다',
  'start.help': 'Catamaran이 요청을 받은 순간부터 잰 시간',

  'run.image': '이미지',
  'run.pickImage': '이미지 고르기',
  'run.both': '양쪽에서 실행',
  'run.asContainer': '컨테이너로',
  'run.asVm': '가상 머신으로',
  'run.buildStarter': '시작용 이미지 만들기',
  'run.starter': '시작용',

  'first.title': '선체는 둘, 배는 하나',
  'first.text': 'Catamaran은 이미지 하나를 컨테이너와 가상 머신으로 나란히 실행하고, 각각에 드는 비용을 보여 줍니다.',
  'first.runBoth': '{image} 양쪽에서 실행',
  'first.buildAndRun': '시작용 이미지를 만들어 양쪽에서 실행',
  'first.noEngineTitle': '아직 컨테이너 엔진이 없습니다',
  'first.noQemuTitle': '아직 가상 머신을 쓸 수 없습니다',
  'first.looking': '이 호스트에서 엔진을 찾는 중…',
};
